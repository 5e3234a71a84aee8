import type { z } from "zod";
import { callAnswerSchema, callMetaSchema, callRequestSchema } from "./call.ts";
import { eventSchema } from "./event.ts";
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
  AddServer: addServerSchema,
  CallAnswer: callAnswerSchema,
  CallMeta: callMetaSchema,
  CallRequest: callRequestSchema,
  ChangeServer: changeServerSchema,
  Circuit: circuitSchema,
  CircuitRequest: circuitRequestSchema,
  Event: eventSchema,
  FoundTool: foundToolSchema,
  Health: healthAnswerSchema,
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
  StopAnswer: stopAnswerSchema,
  TokenReport: tokenReportSchema,
  Tool: toolSchema,
  ToolList: toolListSchema,
  ToolRequest: toolRequestBodySchema,
  ToolRequestAnswer: toolRequestAnswerSchema,
  WholeTool: wholeToolSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;
