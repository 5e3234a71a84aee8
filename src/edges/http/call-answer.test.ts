import { describe, expect, it } from "vitest";
import { callAnswerSchema } from "../../contract/index.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import type { CallMeta } from "../../core/calls/index.ts";
import { createTestEdge } from "../../../test/support/http-edge.ts";

const ORIGINAL = '{ "q": "é", "id": 9007199254740993 }';

/** The body of an answer that came about as `meta` says. */
async function answerWith(meta: Partial<CallMeta>): Promise<string> {
  await using edge = createTestEdge();
  const body = rawJson(Buffer.from('{"content":[]}'));
  const outcome = { kind: "result", body } as const;
  edge.gateway.calls.on("users__search_users", () => ({ outcome, meta }));
  const response = await edge.post("/v1/tools/users__search_users/call", {});
  callAnswerSchema.parse(response.json());
  return response.body;
}

describe("the answer that a cache gave", () => {
  it("tells its tier and its age", async () => {
    const text = await answerWith({ cache: "l1", attempts: 0, cacheHit: { ageMs: 1_235 } });
    expect(JSON.parse(text)).toMatchObject({
      meta: { cache: "l1", attempts: 0, cacheHit: { ageMs: 1_235 } },
    });
  });

  it("of a near call shows the arguments that it was first given to byte for byte", async () => {
    const originalArguments = rawJson(Buffer.from(ORIGINAL));
    const cacheHit = { ageMs: 5, similarity: 0.97, originalArguments };
    const text = await answerWith({ cache: "l3", cacheHit });
    expect(text).toContain(`"originalArguments":${ORIGINAL}`);
    expect(JSON.parse(text)).toMatchObject({ meta: { cacheHit: { similarity: 0.97, ageMs: 5 } } });
  });

  it("says nothing of an age where none did", async () => {
    expect(await answerWith({ cache: "miss" })).not.toContain("cacheHit");
  });
});
