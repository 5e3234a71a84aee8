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

  function serverSurface(text: string): Surface | undefined {
    const id = parseServerId(text);
    if (id === undefined || gateway.catalog.server(id) === undefined) {
      servers.delete(text);
      return undefined;
    }
    const known = servers.get(id) ?? createServerSurface(gateway, id, options.listPageSize);
    servers.set(id, known);
    return known;
  }

  return (path) => {
    if (path === "") return discovery;
    if (path === "all") return catalogue;
    if (path.startsWith("servers/")) return serverSurface(path.slice("servers/".length));
    return undefined;
  };
}
