export {
  cacheExplanationSchema,
  cacheInvalidatedSchema,
  cacheStatsSchema,
  cacheSuggestionsSchema,
  explainCacheSchema,
  invalidateCacheSchema,
} from "./cache.ts";
export { callAnswerSchema, callMetaSchema, callRequestSchema } from "./call.ts";
export { addCompositeSchema, compositeListSchema, compositeSchema } from "./composite.ts";
export { eventSchema, eventsQuerySchema } from "./event.ts";
export { NAMED_SCHEMAS } from "./named-schemas.ts";
export {
  cancelPlanQuerySchema,
  planAnswerSchema,
  planEventSchema,
  planListSchema,
  runPlanQuerySchema,
  showPlanQuerySchema,
  stepReportSchema,
} from "./plan-answer.ts";
export { planCheckAnswerSchema, planProblemSchema, planSchema } from "./plan.ts";
export { problemSchema } from "./problem.ts";
export { invalidRequest, readInput } from "./read-input.ts";
export { readQuery } from "./read-query.ts";
export { readResultQuerySchema, resultPageSchema } from "./result.ts";
export { searchAnswerSchema, searchRequestSchema, type SearchRequestBody } from "./search.ts";
export {
  addServerSchema,
  changeServerSchema,
  circuitRequestSchema,
  circuitSchema,
  serverListSchema,
  serverSchema,
} from "./server.ts";
export {
  healthAnswerSchema,
  readinessSchema,
  reloadAnswerSchema,
  statusSchema,
  stopAnswerSchema,
  tokenReportSchema,
} from "./status.ts";
export { toolRequestAnswerSchema, toolRequestBodySchema } from "./tool-request.ts";
export {
  foundToolSchema,
  listToolsQuerySchema,
  toolListSchema,
  toolSchema,
  wholeToolSchema,
} from "./tool.ts";
