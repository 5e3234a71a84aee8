import { GatewayError } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import type { Catalog, ServerId, Tool } from "../../catalog/index.ts";
import type { Upstreams } from "../../upstream/index.ts";
import type { InvalidateRequest } from "../caches.ts";
import type { CacheScope } from "../shared-cache.ts";

export interface NamedScopesDeps {
  readonly catalog: Pick<Catalog, "nearest" | "servers" | "tool" | "toolsOf">;
  readonly upstreams: Pick<Upstreams, "spec">;
}

/**
 * What an invalidation names, but for its key: the scopes together, where `server` and `tool` are one.
 * A tool is named by its id or, beside its server, by the server's own name for it.
 * @throws GatewayError `unknown-server` and `unknown-tool` with the nearest names.
 */
export function namedScopes(request: InvalidateRequest, deps: NamedScopesDeps): CacheScope[] {
  const { server, tool, tag } = request;
  const scopes: CacheScope[] = tag === undefined ? [] : [`tag:${tag}`];
  if (server !== undefined) checkServer(server, deps);
  if (tool !== undefined) return [...scopes, `tool:${toolId(tool, server, deps)}`];
  return server === undefined ? scopes : [...scopes, `server:${server}`];
}

function checkServer(server: string, { catalog, upstreams }: NamedScopesDeps): void {
  const ids = catalog.servers().map(({ id }) => id);
  if (upstreams.spec(server as ServerId) !== undefined || ids.includes(server as ServerId)) return;
  const shown = server.slice(0, 128);
  const nearest = nearestNames(shown, ids);
  const message = `There is no server "${shown}".${didYouMean(nearest)}${aboutGlobs(shown)}`;
  throw new GatewayError("unknown-server", message, { server: shown, nearest });
}

function toolId(tool: string, server: string | undefined, deps: NamedScopesDeps): string {
  const { catalog } = deps;
  const known = catalog.tool(tool);
  const found = server === undefined ? known : toolOf(catalog.toolsOf(server as ServerId), tool);
  if (found !== undefined) return found.id;
  if (server !== undefined && known?.server === server) return known.id;
  // Of a server that has listed nothing yet, entries may still be kept.
  const silent = silentServer(tool, server, catalog);
  if (silent !== undefined) return tool.startsWith(`${silent}__`) ? tool : `${silent}__${tool}`;
  throw unknown(tool, server, catalog);
}

function toolOf(tools: readonly Tool[], wanted: string): Tool | undefined {
  return tools.find(({ id, name }) => id === wanted || name === wanted);
}

function silentServer(
  tool: string,
  server: string | undefined,
  catalog: NamedScopesDeps["catalog"],
): string | undefined {
  if (/[*?]/.test(tool)) return undefined;
  return catalog
    .servers()
    .find(
      ({ id }) =>
        (server === undefined ? tool.startsWith(`${id}__`) : id === server) &&
        catalog.toolsOf(id).length === 0,
    )?.id;
}

function unknown(
  wanted: string,
  server: string | undefined,
  catalog: NamedScopesDeps["catalog"],
): GatewayError<"unknown-tool"> {
  const tool = wanted.slice(0, 128);
  const nearest = catalog.nearest(
    tool,
    (candidate) => server === undefined || candidate.server === server,
  );
  const there = server === undefined ? "There is no tool" : `The server "${server}" has no tool`;
  const message = `${there} "${tool}".${didYouMean(nearest)}${aboutGlobs(tool)}`;
  return new GatewayError("unknown-tool", message, { tool, nearest });
}

function didYouMean(nearest: readonly string[]): string {
  return nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
}

function aboutGlobs(name: string): string {
  return /[*?]/.test(name)
    ? " Names are whole ones here, no globs: name the server, or a tag, to void several tools."
    : "";
}
