import type { z } from "zod";
import {
  cacheExplanationSchema,
  cacheInvalidatedSchema,
  cachePolicySchema,
  cacheStatsSchema,
  cacheSuggestionsSchema,
  explainCacheSchema,
  invalidateCacheSchema,
} from "./cache.ts";
import { callAnswerSchema, callMetaSchema, callRequestSchema, handleSchema } from "./call.ts";
import { addCompositeSchema, compositeListSchema, compositeSchema } from "./composite.ts";
import { eventSchema } from "./event.ts";
import {
  planAnswerSchema,
  planEventSchema,
  planListSchema,
  stepReportSchema,
} from "./plan-answer.ts";
import { planCheckAnswerSchema, planProblemSchema, planSchema } from "./plan.ts";
import { problemSchema } from "./problem.ts";
import { resultPageSchema } from "./result.ts";
import { searchAnswerSchema, searchRequestSchema } from "./search.ts";
import {
  addServerSchema,
  changeServerSchema,
  circuitRequestSchema,
  circuitSchema,
  serverListSchema,
  serverSchema,
} from "./server.ts";
import {
  healthAnswerSchema,
  readinessSchema,
  reloadAnswerSchema,
  serverCountsSchema,
  statusSchema,
  stopAnswerSchema,
  tokenReportSchema,
} from "./status.ts";
import { toolRequestAnswerSchema, toolRequestBodySchema } from "./tool-request.ts";
import { foundToolSchema, toolListSchema, toolSchema, wholeToolSchema } from "./tool.ts";

/** The schemas that stand under a name of their own in the OpenAPI document. */
export const NAMED_SCHEMAS = {
  AddComposite: addCompositeSchema,
  AddServer: addServerSchema,
  CacheExplanation: cacheExplanationSchema,
  CacheInvalidated: cacheInvalidatedSchema,
  CachePolicy: cachePolicySchema,
  CacheStats: cacheStatsSchema,
  CacheSuggestions: cacheSuggestionsSchema,
  CallAnswer: callAnswerSchema,
  CallMeta: callMetaSchema,
  CallRequest: callRequestSchema,
  ChangeServer: changeServerSchema,
  Circuit: circuitSchema,
  CircuitRequest: circuitRequestSchema,
  Composite: compositeSchema,
  CompositeList: compositeListSchema,
  Event: eventSchema,
  ExplainCache: explainCacheSchema,
  FoundTool: foundToolSchema,
  Handle: handleSchema,
  Health: healthAnswerSchema,
  InvalidateCache: invalidateCacheSchema,
  Plan: planSchema,
  PlanAnswer: planAnswerSchema,
  PlanCheckAnswer: planCheckAnswerSchema,
  PlanEvent: planEventSchema,
  PlanList: planListSchema,
  PlanProblem: planProblemSchema,
  Problem: problemSchema,
  Readiness: readinessSchema,
  ReloadAnswer: reloadAnswerSchema,
  ResultPage: resultPageSchema,
  SearchAnswer: searchAnswerSchema,
  SearchRequest: searchRequestSchema,
  Server: serverSchema,
  ServerCounts: serverCountsSchema,
  ServerList: serverListSchema,
  Status: statusSchema,
  StepReport: stepReportSchema,
  StopAnswer: stopAnswerSchema,
  TokenReport: tokenReportSchema,
  Tool: toolSchema,
  ToolList: toolListSchema,
  ToolRequest: toolRequestBodySchema,
  ToolRequestAnswer: toolRequestAnswerSchema,
  WholeTool: wholeToolSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;
