export type { CacheMode, Call, CallRequest, DegradedMode } from "./call.ts";
export type { Calls } from "./calls.ts";
export type { CacheStatus, CallMeta, CircuitState, Degraded, Outcome } from "./outcome.ts";
