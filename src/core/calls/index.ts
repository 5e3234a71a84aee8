export type { CacheMode, Call, CallNotes, CallRequest, DegradedMode } from "./call.ts";
export type { Calls } from "./calls.ts";
export { createCalls, type CallsDeps, type DrainableCalls } from "./create-calls.ts";
export type { CallsOptions, PipelineOptions, QuotaOptions, ValidationOptions } from "./options.ts";
export type {
  CacheHit,
  CacheStatus,
  CallMeta,
  CircuitState,
  Degraded,
  Outcome,
} from "./outcome.ts";
export type { PluggedStages } from "./pipeline.ts";
export type { Ending, Next, Stage } from "./stage.ts";
export type { CallRecorded } from "./stages/record.ts";
export { unknownTool } from "./unknown-tool.ts";
