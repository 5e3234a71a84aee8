import type { Cancellation, SharedAbort } from "../../kernel/abort.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";
import type { Tool } from "../catalog/index.ts";
import type { CallOrigin, ProgressListener } from "../upstream/index.ts";
import type { CacheHit, CacheStatus, CircuitState, Degraded } from "./outcome.ts";

/** Whether a kept answer may serve a call; `bypass` and `refresh` ask for a fresh one. */
export const CACHE_MODES = ["default", "bypass", "refresh", "only"] as const;
export type CacheMode = (typeof CACHE_MODES)[number];
/** Whether something else than the server may answer. */
export type DegradedMode = "allow" | "deny";

/** What an edge (or a plan step) asks for. */
export interface CallRequest {
  readonly principal: Principal;
  /** The gateway's id of the tool. */
  readonly tool: string;
  /** A JSON object. */
  readonly arguments: RawJson;
  /** Shortens the server's own time limit; 1–3,600,000. */
  readonly timeoutMs?: number;
  /** Default `default`. */
  readonly cache?: CacheMode;
  /** Default `allow`. */
  readonly degraded?: DegradedMode;
  /** The downstream session, where there is one. */
  readonly session?: string;
  /** The caller's `_meta` object, relayed to the server. */
  readonly meta?: RawJson;
  readonly inputResponses?: RawJson;
  readonly requestState?: string;
  /** Refuses a tool that may write with `forbidden` (the `call_read_tool` door). */
  readonly readOnlyOnly?: boolean;
  /** 32 lower-case hex digits of the caller's trace; a new one is made otherwise. */
  readonly traceId?: string;
  readonly onProgress?: ProgressListener;
  /** Set when a plan asks, not a caller itself. */
  readonly origin?: CallOrigin;
}

/** A call on its way through the pipeline. Stages pass it on, or a changed copy. */
export interface Call {
  readonly request: CallRequest;
  readonly principal: Principal;
  readonly tool: Tool;
  readonly traceId: string;
  /** Aborts on the caller's cancellation or on the deadline. */
  readonly signal: Cancellation;
  /** What `signal` hangs on, once there is a deadline: others who wait for the same answer join it. */
  readonly abort?: SharedAbort;
  /**
   * Who hears of the server's progress beside the caller: the deadlines that it puts off. Others who
   * wait for the same answer add theirs.
   */
  readonly signsOfLife?: (() => void)[] | undefined;
  /** When the call began and must end, on the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Filled in by stages; becomes the outcome's meta. */
  readonly notes: CallNotes;
}

/** What stages note on the way; one per call, changed in place. */
export interface CallNotes {
  cache: CacheStatus;
  circuit: CircuitState;
  attempts: number;
  degraded?: Degraded;
  cacheHit?: CacheHit;
}
