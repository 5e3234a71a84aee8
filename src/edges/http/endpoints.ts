import type { EdgeContext } from "./edge-context.ts";
import type { Endpoint } from "./endpoint.ts";
import { addComposite } from "./endpoints/add-composite.ts";
import { addServer } from "./endpoints/add-server.ts";
import { callTool } from "./endpoints/call-tool.ts";
import { cancelPlan } from "./endpoints/cancel-plan.ts";
import { changeServer } from "./endpoints/change-server.ts";
import { checkPlan } from "./endpoints/check-plan.ts";
import { countTokens } from "./endpoints/count-tokens.ts";
import { explainCache } from "./endpoints/explain-cache.ts";
import { invalidateCache } from "./endpoints/invalidate-cache.ts";
import { showCache } from "./endpoints/show-cache.ts";
import { suggestCache } from "./endpoints/suggest-cache.ts";
import { forceCircuit } from "./endpoints/force-circuit.ts";
import { listComposites } from "./endpoints/list-composites.ts";
import { listPlans } from "./endpoints/list-plans.ts";
import { listServers } from "./endpoints/list-servers.ts";
import { listTools } from "./endpoints/list-tools.ts";
import { openSocket } from "./endpoints/open-socket.ts";
import { readResult } from "./endpoints/read-result.ts";
import { reconnectServer } from "./endpoints/reconnect-server.ts";
import { reloadConfig } from "./endpoints/reload-config.ts";
import { removeComposite } from "./endpoints/remove-composite.ts";
import { removeServer } from "./endpoints/remove-server.ts";
import { requestTools } from "./endpoints/request-tools.ts";
import { runPlan } from "./endpoints/run-plan.ts";
import { searchTools } from "./endpoints/search-tools.ts";
import { showDocs } from "./endpoints/show-docs.ts";
import { showHealth } from "./endpoints/show-health.ts";
import { showMetrics } from "./endpoints/show-metrics.ts";
import { showOpenApi } from "./endpoints/show-openapi.ts";
import { showPlan } from "./endpoints/show-plan.ts";
import { showReadiness } from "./endpoints/show-readiness.ts";
import { showServer } from "./endpoints/show-server.ts";
import { showStatus } from "./endpoints/show-status.ts";
import { showTool } from "./endpoints/show-tool.ts";
import { stopDaemon } from "./endpoints/stop-daemon.ts";
import { streamEvents } from "./endpoints/stream-events.ts";
import { buildOpenApi, type OpenApiDocument } from "./openapi.ts";

/** The REST API: every endpoint there is. The OpenAPI document and the docs page are made of this list. */
export function createEndpoints(context: EdgeContext): readonly Endpoint[] {
  const document = (): OpenApiDocument => buildOpenApi(endpoints, context.gateway.version);
  const endpoints: readonly Endpoint[] = [
    searchTools(context),
    requestTools(context),
    listTools(context),
    showTool(context),
    callTool(context),
    readResult(context),
    checkPlan(context),
    runPlan(context),
    listPlans(context),
    showPlan(context),
    cancelPlan(context),
    listComposites(context),
    addComposite(context),
    removeComposite(context),
    showCache(context),
    explainCache(context),
    suggestCache(context),
    invalidateCache(context),
    listServers(context),
    addServer(context),
    showServer(context),
    changeServer(context),
    removeServer(context),
    reconnectServer(context),
    forceCircuit(context),
    streamEvents(context),
    openSocket(),
    showStatus(context),
    countTokens(context),
    reloadConfig(context),
    stopDaemon(context),
    showHealth(),
    showReadiness(context),
    showMetrics(context),
    showOpenApi(document),
    showDocs(document),
  ];
  return endpoints;
}
