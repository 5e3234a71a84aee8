import { describe, expect, it } from "vitest";
import { indexJudge } from "../../bench/semantic-cache/judges.ts";
import { PARTS, readPairs } from "../../bench/semantic-cache/labelled-pairs.ts";
import { ratesOf, wilsonInterval } from "../../bench/semantic-cache/rates.ts";
import { createBuiltinEmbedder } from "../../src/adapters/embedding/builtin/index.ts";

/** What was measured; rules may only become better. */
const LEAST_HITS = { tuning: 50, "held-out": 50 };

describe("the semantic cache on the labelled pairs", () => {
  it.each(PARTS)("gives no answer to another question: %s", async (part) => {
    const pairs = readPairs(part);
    const { hits, wrong, wrongHits } = await ratesOf(pairs, indexJudge(createBuiltinEmbedder()));
    expect(wrong).toEqual([]);
    expect(wrongHits.of).toBeGreaterThan(100);
    expect(hits.count).toBeGreaterThanOrEqual(LEAST_HITS[part]);
  });

  it("has at least 300 pairs, none of them twice", () => {
    const pairs = PARTS.flatMap(readPairs);
    expect(pairs.length).toBeGreaterThanOrEqual(300);
    expect(new Set(pairs.map(({ a, b }) => JSON.stringify([a, b].toSorted()))).size).toBe(
      pairs.length,
    );
  });
});

describe("the Wilson interval", () => {
  it("never promises more than the sample bears out", () => {
    expect(wilsonInterval({ count: 0, of: 0 })).toEqual({ from: 0, to: 1 });
    const none = wilsonInterval({ count: 0, of: 100 });
    expect([none.from, none.to]).toEqual([0, expect.closeTo(0.037, 3)]);
    const half = wilsonInterval({ count: 50, of: 100 });
    expect([half.from, half.to]).toEqual([expect.closeTo(0.4038, 4), expect.closeTo(0.5962, 4)]);
  });
});
