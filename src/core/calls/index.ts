export { endingOfAbort } from "./aborts.ts";
export { canonicalJson, canonicalWithout } from "./canonical-json.ts";
export {
  CACHE_MODES,
  type CacheMode,
  type Call,
  type CallNotes,
  type CallRequest,
  type DegradedMode,
} from "./call.ts";
export type { Calls } from "./calls.ts";
export { isFollowingMeta } from "./following-meta.ts";
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
export { failed, type Ending, type Next, type Stage } from "./stage.ts";
export type { CallRecorded } from "./stages/record.ts";
export { unknownTool } from "./unknown-tool.ts";
export { whenEnded } from "./when-ended.ts";
export {
  createArgumentsValidator,
  type ArgumentsValidator,
} from "./validation/arguments-validator.ts";
export { encodeCacheHit } from "./encode-cache-hit.ts";
