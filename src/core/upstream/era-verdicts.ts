import type { Clock } from "../../kernel/clock.ts";
import type { Era } from "../../mcp/revisions.ts";
import type { EndpointSpec } from "./server-spec.ts";

/** Remembers which era an endpoint was found to speak. */
export interface EraVerdicts {
  /** The era to expect; `undefined` when it must be found out (anew). */
  expected(endpoint: EndpointSpec): Era | undefined;
  remember(endpoint: EndpointSpec, era: Era): void;
}

const MAX_VERDICTS = 10_000;

/** Makes a memory in which verdicts of "legacy" lapse after `legacyTtlMs`, since servers are upgraded. */
export function createEraVerdicts(
  options: { readonly legacyTtlMs: number },
  clock: Clock,
): EraVerdicts {
  const lapseAt = new Map<string, number>();
  return {
    expected(endpoint) {
      const lapse = lapseAt.get(keyOf(endpoint));
      return lapse !== undefined && clock.monotonic() < lapse ? "legacy" : undefined;
    },
    remember(endpoint, era) {
      const key = keyOf(endpoint);
      lapseAt.delete(key);
      if (era === "modern") return;
      lapseAt.set(key, clock.monotonic() + options.legacyTtlMs);
      const [oldest] = lapseAt.keys();
      if (lapseAt.size > MAX_VERDICTS && oldest !== undefined) lapseAt.delete(oldest);
    },
  };
}

function keyOf(endpoint: EndpointSpec): string {
  if (endpoint.transport !== "stdio") return `${endpoint.transport} ${endpoint.url}`;
  return JSON.stringify([endpoint.launch.command, endpoint.launch.args, endpoint.launch.cwd]);
}
