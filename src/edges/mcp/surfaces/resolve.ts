import { canSeeServer, type Principal } from "../../../core/access/index.ts";
import { parseServerId } from "../../../core/catalog/index.ts";
import type { Surface, SurfaceResolver } from "../surface.ts";
import { createCatalogueSurface, createServerSurface } from "./direct-surface.ts";
import { createDiscoverySurface } from "./discovery-surface.ts";
import type { MetaToolGateway } from "./meta-tools/meta-tool.ts";

/** The surfaces of a gateway by their path below `/mcp`. Surfaces are made once and kept. */
export function createSurfaceResolver(
  gateway: MetaToolGateway,
  options: { readonly listPageSize: number },
): SurfaceResolver {
  const discovery = createDiscoverySurface(gateway);
  const catalogue = createCatalogueSurface(gateway, options.listPageSize);
  const servers = new Map<string, Surface>();

  function serverSurface(text: string, principal: Principal): Surface | undefined {
    const id = parseServerId(text);
    if (id === undefined || gateway.catalog.server(id) === undefined) {
      servers.delete(text);
      return undefined;
    }
    if (!canSeeServer(principal, id, gateway)) return undefined;
    const known = servers.get(id) ?? createServerSurface(gateway, id, options.listPageSize);
    servers.set(id, known);
    return known;
  }

  return (path, principal) => {
    if (path === "") return discovery;
    if (path === "all") return catalogue;
    if (!path.startsWith("servers/")) return undefined;
    return serverSurface(path.slice("servers/".length), principal);
  };
}
