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
});
