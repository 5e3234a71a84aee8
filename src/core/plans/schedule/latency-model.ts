import { LRUCache } from "lru-cache";
import type { Outcome } from "../../calls/index.ts";
import type { Catalog, Tool } from "../../catalog/index.ts";

/** How long a tool's calls last, in milliseconds. */
export interface Latency {
  /** Moving average that forgets exponentially. */
  readonly meanMs: number;
  /** Of the latest calls, 19 of 20 took no longer. */
  readonly p95Ms: number;
}

/** What has been seen of the tools' latencies. */
export interface LatencyModel {
  /** Takes note of a call; only answers that a server gave count. */
  record(tool: Tool, outcome: Outcome): void;
  /** What to expect of a tool; `assumedLatencyMs` for one of which nothing has been seen. */
  expected(tool: string): Latency;
}

/** Tools that are remembered; those not called for longest are forgotten. */
const MAX_TOOLS = 10_000;
/** Latest calls of a tool that the percentile is taken of. */
const WINDOW = 32;
/** How much the latest call counts in the average. */
const WEIGHT = 0.2;

/** Makes a model that knows nothing yet. A tool that changes is learned anew. Bounded: some 200 bytes a tool. */
export function createLatencyModel(
  options: { readonly assumedLatencyMs: number },
  { catalog }: { readonly catalog: Pick<Catalog, "tool"> },
): LatencyModel {
  const seen = new LRUCache<string, Samples>({ max: MAX_TOOLS });
  const assumed = { meanMs: options.assumedLatencyMs, p95Ms: options.assumedLatencyMs };

  return {
    record(tool, outcome) {
      const { cache, attempts, durationMs, degraded } = outcome.meta;
      const isOwnAnswer = attempts > 0 && cache !== "coalesced" && degraded === undefined;
      if (outcome.kind !== "result" || !isOwnAnswer) return;
      let samples = seen.get(tool.id);
      if (samples?.fingerprint !== tool.fingerprint) {
        samples = new Samples(tool.fingerprint);
        seen.set(tool.id, samples);
      }
      samples.add(durationMs);
    },
    expected(id) {
      const samples = seen.get(id);
      if (samples === undefined) return assumed;
      const tool = catalog.tool(id);
      return tool === undefined || tool.fingerprint === samples.fingerprint ? samples : assumed;
    },
  };
}

class Samples implements Latency {
  readonly fingerprint: string;
  readonly #latest = new Float32Array(WINDOW);
  #count = 0;
  #meanMs = 0;
  /** Taken anew when asked for after a change. */
  #p95Ms: number | undefined;

  constructor(fingerprint: string) {
    this.fingerprint = fingerprint;
  }

  get meanMs(): number {
    return this.#meanMs;
  }

  get p95Ms(): number {
    this.#p95Ms ??= this.#percentile();
    return this.#p95Ms;
  }

  add(durationMs: number): void {
    this.#meanMs =
      this.#count === 0 ? durationMs : this.#meanMs + WEIGHT * (durationMs - this.#meanMs);
    this.#latest[this.#count % WINDOW] = durationMs;
    this.#count += 1;
    this.#p95Ms = undefined;
  }

  #percentile(): number {
    const sorted = this.#latest.slice(0, Math.min(this.#count, WINDOW)).toSorted();
    return sorted[Math.ceil(sorted.length * 0.95) - 1]!;
  }
}
