import { createExactIndex } from "../../src/adapters/vectors/exact/exact-index.ts";
import { agreement } from "../../src/core/cache/semantic/guard.ts";
import { createSemanticIndex } from "../../src/core/cache/semantic/index.ts";
import { textFacts } from "../../src/core/cache/semantic/text-facts.ts";
import type { Embedder } from "../../src/core/discovery/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSilentLogger } from "../../src/kernel/log.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import type { LabelledPair } from "./labelled-pairs.ts";

/** Decides whether one answer serves both requests of a pair. */
export type Judge = (pair: LabelledPair) => Promise<boolean>;

const { signal } = new AbortController();

/** The semantic index as the gateway runs it: a pair is a hit when either finds the other. */
export function indexJudge(embedder: Embedder, threshold = 0.95): Judge {
  const found = async (kept: string, asked: string): Promise<boolean> => {
    await using index = createSemanticIndex(
      { maxEntriesPerServer: 10, maxEntries: 10 },
      {
        embedder: () => embedder,
        createVectorIndex: (identity) => createExactIndex({ identity, maxVectors: 64 }),
        clock: createSystemClock(),
        log: createSilentLogger(),
      },
    );
    const place = { partition: "p", server: "s", threshold };
    await index.add(place, toRawJson({ query: kept }), "kept");
    return (await index.find(place, toRawJson({ query: asked }), signal)) !== undefined;
  };
  return async ({ a, b }) => (await found(a, b)) || (await found(b, a));
}

/** The entity guard without any embedding. */
export const entitiesJudge: Judge = async ({ a, b }) => {
  const [one, other] = [textFacts(a), textFacts(b)];
  return one !== undefined && other !== undefined && agreement(one, other) !== "none";
};

/** The embedding without any guard. */
export function cosineJudge(embedder: Embedder, threshold: number): Judge {
  return async ({ a, b }) => (await cosine(embedder, a, b)) >= threshold;
}

/** What a model would find that might judge other words from this cosine on. */
export function calibratedJudge(embedder: Embedder, sameMeaningAbove: number): Judge {
  const model = { ...embedder.model, sameMeaningAbove };
  return indexJudge({ ...embedder, model }, sameMeaningAbove);
}

async function cosine(embedder: Embedder, a: string, b: string): Promise<number> {
  const one = await embedder.embedQuery(a, { signal });
  const other = await embedder.embedQuery(b, { signal });
  return one.reduce((sum, value, at) => sum + value * other[at]!, 0);
}
