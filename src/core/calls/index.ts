export type { CacheMode, Call, CallNotes, CallRequest, DegradedMode } from "./call.ts";
export type { Calls } from "./calls.ts";
export { canonicalJson } from "./canonical-json.ts";
export { createCalls, type CallsDeps, type DrainableCalls } from "./create-calls.ts";
export {
  CALLS_DEFAULTS,
  type CallsOptions,
  type PipelineOptions,
  type QuotaOptions,
  type ValidationOptions,
} from "./options.ts";
export type { CacheStatus, CallMeta, CircuitState, Degraded, Outcome } from "./outcome.ts";
export type { PluggedStages } from "./pipeline.ts";
export type { Ending, Next, Stage } from "./stage.ts";
export type { CallRecorded } from "./stages/record.ts";
export { isToolError, readToolResult, type ToolResultParts } from "./tool-result.ts";
