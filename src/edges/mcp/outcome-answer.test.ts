import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import type { CallMeta, Outcome } from "../../core/calls/index.ts";
import { outcomeAnswer } from "./outcome-answer.ts";

const meta = { cache: "none" } as CallMeta;
const answerOf = (outcome: Outcome, era: "legacy" | "modern"): unknown => {
  const answer = outcomeAnswer(outcome, "direct", era);
  return answer.kind === "result" ? JSON.parse(Buffer.from(answer.body).toString()) : answer;
};

/** The bytes of a result for a client of the legacy era, which are the upstream's but for `_meta`. */
function textOf(outcome: Outcome): string {
  const answer = outcomeAnswer(outcome, "direct", "legacy");
  return answer.kind === "result" ? Buffer.from(answer.body).toString() : answer.kind;
}

describe("the answer to a call", () => {
  const body = rawJson(Buffer.from('{"content":[]}'));
  const error = new GatewayError("needs-auth", "Log in.", { server: "s" });
  const outcomes: readonly Outcome[] = [
    { kind: "result", body, meta },
    { kind: "failure", error, meta },
  ];

  it.each(outcomes)("says in the modern era that it is complete: $kind", (outcome) => {
    expect(answerOf(outcome, "modern")).toMatchObject({ resultType: "complete" });
    expect(answerOf(outcome, "legacy")).not.toHaveProperty("resultType");
  });

  it("of a cancelled call is none", () => {
    expect(answerOf({ kind: "cancelled", meta }, "modern")).toEqual({ kind: "silent" });
  });

  it("that the server gave now is the server's own", () => {
    for (const cache of ["none", "miss", "bypass"] as const) {
      expect(textOf({ kind: "result", body, meta: { ...meta, cache } })).toBe('{"content":[]}');
    }
  });

  it("that a cache gave says so, with its age and, for a near call, what it was given to", () => {
    const cacheHit = {
      ageMs: 12,
      similarity: 0.97,
      originalArguments: rawJson(Buffer.from('{ "q": "é", "id": 9007199254740993 }')),
    };
    expect(textOf({ kind: "result", body, meta: { ...meta, cache: "l3", cacheHit } })).toBe(
      '{"content":[],"_meta":{"switchboard/cache":"l3","switchboard/cacheHit":' +
        '{"ageMs":12,"similarity":0.97,"originalArguments":{ "q": "é", "id": 9007199254740993 }}}}',
    );
  });

  it("tells of its own cache in place of what a gateway behind it said of its", () => {
    const inner = '{"content":[],"_meta":{"switchboard/cache":"l2","x":1.0}}';
    const told = { ...meta, cache: "l1" as const, cacheHit: { ageMs: 5 } };
    expect(textOf({ kind: "result", body: rawJson(Buffer.from(inner)), meta: told })).toBe(
      '{"content":[],"_meta":{"switchboard/cache":"l1","x":1.0,"switchboard/cacheHit":{"ageMs":5}}}',
    );
  });
});
