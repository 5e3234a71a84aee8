import type { OptionGroup } from "./option-group.ts";
import { accessGroup, authGroup } from "./sections/auth.ts";
import { cacheGroup } from "./sections/cache.ts";
import { discoveryGroup, vectorsGroup } from "./sections/discovery.ts";
import { embeddingGroup } from "./sections/embedding.ts";
import {
  callsGroup,
  gatewayGroup,
  httpGroup,
  mcpEdgeGroup,
  resultsGroup,
  upstreamGroup,
} from "./sections/gateway.ts";
import { catalogGroup } from "./sections/mcp.ts";
import { plansGroup } from "./sections/plans.ts";
import { redisGroup } from "./sections/redis.ts";
import { resilienceGroup } from "./sections/resilience.ts";
import { logGroup, prometheusGroup, tokensGroup } from "./sections/telemetry.ts";

/** Every folder's options, by the name they have in `Config`. */
export const OPTION_GROUPS = {
  gateway: gatewayGroup,
  cache: cacheGroup,
  calls: callsGroup,
  http: httpGroup,
  mcpEdge: mcpEdgeGroup,
  results: resultsGroup,
  upstream: upstreamGroup,
  discovery: discoveryGroup,
  vectors: vectorsGroup,
  embedding: embeddingGroup,
  catalog: catalogGroup,
  plans: plansGroup,
  redis: redisGroup,
  resilience: resilienceGroup,
  access: accessGroup,
  auth: authGroup,
  log: logGroup,
  prometheus: prometheusGroup,
  tokens: tokensGroup,
} as const;

type Groups = typeof OPTION_GROUPS;

/** Each folder's own options, checked and complete: what its `createX(options, deps)` takes. */
export type ConfigOptions = {
  readonly [Name in keyof Groups]: Groups[Name] extends OptionGroup<infer Options>
    ? Options
    : never;
};
