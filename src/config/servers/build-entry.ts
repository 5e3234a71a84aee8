import { type EndpointContext, readEndpoint } from "./endpoint.ts";
import type { ServerBlock } from "./server-block.ts";
import type { ServerEntry, ServerTreatment } from "./server-entry.ts";
import { SERVER_TREATMENT_DEFAULTS } from "./server-schema.ts";

/**
 * Makes an entry of a block that has the right shape: endpoints in their order, defaults filled in.
 * What is wrong is reported to the context; `undefined` when no endpoint could be made.
 */
export function buildEntry(
  block: ServerBlock,
  identity: Pick<ServerEntry, "id" | "source">,
  context: EndpointContext,
): ServerEntry | undefined {
  const replicas = block.endpoints ?? [];
  const hasOwn = block.command !== undefined || block.url !== undefined || replicas.length === 0;
  const endpoints = [
    hasOwn ? readEndpoint(block, [], context) : undefined,
    ...replicas.map((replica, index) => readEndpoint(replica, ["endpoints", index], context)),
  ].filter((endpoint) => endpoint !== undefined);
  const treatment = treatmentOf(block);
  const { timeoutMs, maxTimeoutMs } = treatment;
  if (maxTimeoutMs < timeoutMs) {
    context.report(
      ["maxTimeoutMs"],
      `must be at least timeoutMs (${timeoutMs}), but is ${maxTimeoutMs}.`,
    );
  }
  return endpoints.length === 0 ? undefined : { ...identity, endpoints, ...treatment };
}

function treatmentOf(block: ServerBlock): ServerTreatment {
  const standard = SERVER_TREATMENT_DEFAULTS;
  const timeoutMs = block.timeoutMs ?? standard.timeoutMs;
  return {
    disabled: block.disabled ?? standard.disabled,
    ...(block.description === undefined ? {} : { description: block.description }),
    tags: block.tags ?? standard.tags,
    tools: { ...standard.tools, ...block.tools },
    isolation: block.isolation ?? standard.isolation,
    startupTimeoutMs: block.startupTimeoutMs ?? standard.startupTimeoutMs,
    timeoutMs,
    extendOnProgress: block.extendOnProgress ?? standard.extendOnProgress,
    maxTimeoutMs: block.maxTimeoutMs ?? Math.max(standard.maxTimeoutMs, timeoutMs),
    idleStopMs: block.idleStopMs ?? standard.idleStopMs,
    maxConcurrency: block.maxConcurrency ?? standard.maxConcurrency,
    maxQueue: block.maxQueue ?? standard.maxQueue,
    ...(block.cache === undefined ? {} : { cache: block.cache }),
  };
}
