import type { GatewayError } from "../../kernel/errors.ts";
import type { Call } from "./call.ts";
import type { Outcome } from "./outcome.ts";

type WithoutMeta<Union> = Union extends unknown ? Omit<Union, "meta"> : never;

/**
 * How a call ended, as stages pass it outwards. What is told beside it stands in the call's notes,
 * of which `record` makes the outcome's meta at the very end: callers that share an ending
 * (single-flight) each keep their own notes.
 */
export type Ending = WithoutMeta<Outcome>;

/** The rest of the pipeline. */
export type Next = (call: Call) => Ending | Promise<Ending>;

/**
 * One stage of the pipeline: ends the call, or passes it on and may look at how it ended. A stage
 * that need not wait does not make promises. What goes wrong in expected ways is an ending; only
 * bugs are thrown.
 */
export type Stage = (call: Call, next: Next) => Ending | Promise<Ending>;

/** The ending of a call that failed. */
export function failed(error: GatewayError): Ending {
  return { kind: "failure", error };
}

/** Puts stages before what comes last, the first outermost. */
export function compose(stages: readonly Stage[], last: Next): Next {
  return stages.reduceRight<Next>((next, stage) => (call) => stage(call, next), last);
}
