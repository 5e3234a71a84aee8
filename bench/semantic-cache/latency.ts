import { createExactIndex } from "../../src/adapters/vectors/exact/exact-index.ts";
import { createSemanticIndex } from "../../src/core/cache/semantic/index.ts";
import type { Embedder } from "../../src/core/discovery/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSilentLogger } from "../../src/kernel/log.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import { quantile } from "../support/statistics.ts";

const THINGS =
  "harbour mountain river invoice customer planet garden kitchen winter bottle market bicycle library engine signal";
const FINDS = 3_000;

/** How long a hit takes, and what an entry takes. */
export interface IndexCost {
  readonly entries: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly hits: number;
  readonly bytesPerEntry: number;
}

/** Fills an index with requests of one tool, and asks for each in other words. */
export async function indexCost(embedder: Embedder, entries: number): Promise<IndexCost> {
  await using index = createSemanticIndex(
    { maxEntriesPerServer: entries, maxEntries: entries },
    {
      embedder: () => embedder,
      createVectorIndex: (identity) => createExactIndex({ identity }),
      clock: createSystemClock(),
      log: createSilentLogger(),
    },
  );
  const place = { partition: "p", server: "s", threshold: 0.95 };
  for (let at = 0; at < entries; at++) {
    await index.add(place, toRawJson({ query: request(at), limit: 5 }), String(at));
  }
  const { signal } = new AbortController();
  const times: number[] = [];
  let hits = 0;
  for (let find = 0; find < FINDS; find++) {
    const query = `Could you please show me the ${request((find * 37) % entries)}?`;
    const args = toRawJson({ limit: 5, query });
    const before = performance.now();
    const match = await index.find(place, args, signal);
    times.push(performance.now() - before);
    if (match !== undefined) hits += 1;
  }
  return {
    entries,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    hits,
    bytesPerEntry: index.bytes / index.size,
  };
}

function request(number: number): string {
  const things = THINGS.split(" ");
  const digit = (place: number): string => {
    const at = Math.floor(number / things.length ** place) % things.length;
    return things[at]!;
  };
  return `${digit(0)} ${digit(1)} in ${digit(2)} with ${digit(3)}`;
}
