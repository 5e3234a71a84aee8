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
    ...SERVER_TREATMENT_DEFAULTS,
    maxTimeoutMs: Math.max(standard.maxTimeoutMs, timeoutMs),
    ...given(block, TREATMENT_KEYS),
    tools: { ...standard.tools, ...block.tools },
  };
}

/** What an entry may say of the treatment of its server, beside `tools`, whose lists have defaults of their own. */
const TREATMENT_KEYS = [
  "disabled",
  "description",
  "tags",
  "isolation",
  "startupTimeoutMs",
  "timeoutMs",
  "extendOnProgress",
  "maxTimeoutMs",
  "idleStopMs",
  "maxConcurrency",
  "maxQueue",
  "cache",
] as const satisfies readonly (keyof ServerBlock & keyof ServerTreatment)[];

function given<Key extends keyof ServerBlock>(
  block: ServerBlock,
  keys: readonly Key[],
): Pick<ServerBlock, Key> {
  const entries = keys.flatMap((key) => (block[key] === undefined ? [] : [[key, block[key]]]));
  return Object.fromEntries(entries) as Pick<ServerBlock, Key>;
}
