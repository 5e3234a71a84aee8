import type { ServerId } from "../catalog/index.ts";
import type { Verdict } from "./verdict.ts";

/** `closed` lets calls through, `open` none, `half-open` one at a time to probe the server. */
export type GateState = "closed" | "open" | "half-open";

/** The gate before one server. */
export interface Circuit {
  readonly state: GateState;
  /**
   * Runs `work` if the gate lets it through and learns from what `judge` says of its value.
   * @returns `undefined` when the gate turns the work away; it has then not begun.
   */
  run<Value>(
    work: () => Value | Promise<Value>,
    judge: (value: Value) => Verdict,
  ): Promise<Value> | undefined;
}

/** A server's circuit, for `/v1/servers` and metrics. */
export interface CircuitStatus {
  readonly server: ServerId;
  readonly state: GateState;
  /** Set by an operator; only an operator's `close` or `reset` ends it. */
  readonly forced: boolean;
  /** Failures in a row. */
  readonly failures: number;
  /** Milliseconds until a probe is let through; 0 unless open. */
  readonly retryAfterMs: number;
}

/** The circuits of all servers. */
export interface Circuits {
  status(server: ServerId): CircuitStatus;
  /** Opens until closed by hand, closes, or forgets everything learnt. */
  force(server: ServerId, action: "open" | "close" | "reset"): CircuitStatus;
  onTransition(listener: (status: CircuitStatus) => void): Disposable;
}
