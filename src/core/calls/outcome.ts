import type { GatewayError } from "../../kernel/errors.ts";
import type { RawJson } from "../../kernel/raw-json.ts";

/** What caches had to do with an answer: a tier that gave it, `coalesced` with an equal call, or none. */
export type CacheStatus = "miss" | "l1" | "l2" | "l3" | "bypass" | "coalesced" | "none";
/** The state of the server's circuit when the call came to it. */
export type CircuitState = "closed" | "open" | "half-open" | "deconstructed";

/** How a call was answered by something else than its server, now. */
export interface Degraded {
  readonly via: "stale" | "endpoint" | "equivalent" | "static";
  readonly reason: string;
  readonly ageMs?: number;
  readonly servedBy?: string;
}

/** What is told of an answer that came from a cache. */
export interface CacheHit {
  /** Whole milliseconds. */
  readonly ageMs: number;
  /** Semantic hits only: the cosine, and the arguments that the answer was first given to. */
  readonly similarity?: number;
  readonly originalArguments?: RawJson;
}

/** How an outcome came to be; told to the caller beside the result. */
export interface CallMeta {
  readonly server: string;
  /** The gateway's id of the tool. */
  readonly tool: string;
  readonly cache: CacheStatus;
  /** Tries at the upstream; 0 when it was not asked. */
  readonly attempts: number;
  readonly circuit: CircuitState;
  readonly degraded?: Degraded;
  readonly cacheHit?: CacheHit;
  readonly durationMs: number;
  readonly traceId: string;
}

/**
 * How a call ended. `result` and `input_required` hold the upstream's bytes unchanged; a tool that
 * says `isError` is a `result`. Failures, cancellations and bugs are three things: a bug is a
 * `failure` with code `internal`.
 */
export type Outcome =
  | { readonly kind: "result"; readonly body: RawJson; readonly meta: CallMeta }
  | { readonly kind: "input_required"; readonly body: RawJson; readonly meta: CallMeta }
  | { readonly kind: "failure"; readonly error: GatewayError; readonly meta: CallMeta }
  | { readonly kind: "cancelled"; readonly meta: CallMeta };
