import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { listenHttp } from "./http-listener.ts";
import { admits, asReferenceServer } from "./reference-http.ts";
import type { AccessOptions, ReferenceServer } from "./reference-http.ts";
import { createServerV2 } from "./reference-server-v2.ts";
import type { CacheHints } from "./reference-server-v2.ts";
import { createReferenceState } from "./reference-state.ts";

/** How the modern HTTP server behaves. */
export type ModernHttpOptions = AccessOptions & {
  /** `modern` (default) refuses legacy requests; `both` serves those too, without sessions. */
  era?: "modern" | "both";
  /** `auto` (default) answers in JSON until something must be streamed; `sse` always streams. */
  responses?: "auto" | "sse" | "json";
  cacheHints?: CacheHints;
};

/** Starts a 2026-07-28 server over Streamable HTTP (SDK v2) at `<url>` = http://127.0.0.1:PORT/mcp. */
export async function startModernHttpServer({
  era = "modern",
  responses = "auto",
  cacheHints,
  ...access
}: ModernHttpOptions = {}): Promise<ReferenceServer> {
  const state = createReferenceState();
  const handler = createMcpHandler(() => createServerV2(state, cacheHints), {
    legacy: era === "modern" ? "reject" : "stateless",
    responseMode: responses,
  });
  const serve = toNodeHandler(handler);
  const stopListening = state.onChange(() => handler.notify.toolsChanged());
  const listener = await listenHttp((request, response) => {
    state.recordRequest(request);
    if (request.url !== "/mcp") {
      response.writeHead(404).end();
      return undefined;
    }
    // The adapter's own type of a request forbids the `undefined` that Node's has under exactOptionalPropertyTypes.
    const asAdapted = request as Parameters<typeof serve>[0];
    return admits(request, response, access) ? serve(asAdapted, response) : undefined;
  });
  return asReferenceServer(`${listener.origin}/mcp`, state, async () => {
    stopListening();
    await handler.close();
    await listener.close();
  });
}
