import type { Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import { serverOfToolId, type Catalog, type ServerId } from "../../catalog/index.ts";
import { untilSettled, type Upstreams } from "../../upstream/index.ts";
import { namedTools } from "./named-tools.ts";

/** Longest wait for servers that have not told their tools yet, in milliseconds; calls wait as long for one. */
const MAX_WAIT_MS = 10_000;

export interface AwaitToolsDeps {
  readonly catalog: Pick<Catalog, "toolsOf">;
  readonly upstreams: Pick<Upstreams, "status" | "statuses" | "on">;
  readonly clock: Clock;
  /** The plan behind a composite tool. */
  readonly planOf: (tool: string) => RawJson | undefined;
}

/**
 * Waits while servers connect for the first time whose tools a plan, or one inside it, names: until
 * then nothing is known of them. Gives whether there was anything to wait for.
 * @throws the signal's reason when it aborts first.
 */
export async function awaitTools(
  plan: RawJson,
  deps: AwaitToolsDeps,
  signal: Cancellation,
): Promise<boolean> {
  const { catalog, upstreams, clock, planOf } = deps;
  if (upstreams.statuses().every(({ state }) => state !== "connecting")) return false;
  const servers = [...serversOf(plan, planOf)].filter(
    (id) => upstreams.status(id)?.state === "connecting" && catalog.toolsOf(id).length === 0,
  );
  if (servers.length === 0) return false;
  await untilSettled(upstreams, clock, { servers, timeoutMs: MAX_WAIT_MS, signal });
  return true;
}

function serversOf(
  plan: RawJson,
  planOf: AwaitToolsDeps["planOf"],
  seen = new Set<RawJson>(),
): Set<ServerId> {
  const servers = new Set<ServerId>();
  seen.add(plan);
  for (const { tool } of namedTools(plan)) {
    const server = serverOfToolId(tool);
    if (server !== undefined) servers.add(server);
    const inner = planOf(tool);
    if (inner === undefined || seen.has(inner)) continue;
    for (const further of serversOf(inner, planOf, seen)) servers.add(further);
  }
  return servers;
}
