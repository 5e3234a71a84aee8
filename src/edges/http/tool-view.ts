import type { Gateway } from "../../core/gateway.ts";
import type { ServerId, Tool } from "../../core/catalog/index.ts";
import {
  presentTool,
  type DetailLevel,
  type PresentedTool,
  type SearchHit,
} from "../../core/discovery/index.ts";
import type { ServerState } from "../../core/upstream/index.ts";

type HealthSources = Pick<Gateway, "upstreams" | "circuits">;

/** A server's state as callers should take it: with its circuit not closed it is at best degraded. */
function healthOf(server: ServerId, sources: HealthSources): ServerState {
  const state = sources.upstreams.status(server)?.state ?? "disconnected";
  if (state !== "ready") return state;
  return sources.circuits.status(server).state === "closed" ? "ready" : "degraded";
}

/** A tool in a list. */
export function presentListed(
  tool: Tool,
  detail: DetailLevel,
  sources: HealthSources,
): PresentedTool & { readonly health: ServerState } {
  return { ...presentTool(tool, detail), health: healthOf(tool.server, sources) };
}

/** A tool that was found. */
export function presentHit(hit: SearchHit, detail: DetailLevel, sources: HealthSources): object {
  return {
    ...presentTool(hit.tool, detail),
    score: hit.score,
    ...(hit.explain === undefined ? {} : { explain: hit.explain }),
    health: healthOf(hit.tool.server, sources),
  };
}
