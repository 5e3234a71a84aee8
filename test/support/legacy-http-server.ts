import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { listenHttp } from "./http-listener.ts";
import { admits, asReferenceServer } from "./reference-http.ts";
import type { AccessOptions, ReferenceServer } from "./reference-http.ts";
import { createServerV1 } from "./reference-server-v1.ts";
import { createReferenceState } from "./reference-state.ts";
import type { ReferenceState } from "./reference-state.ts";

/** How the legacy HTTP server behaves. */
export type LegacyHttpOptions = AccessOptions & {
  /** `sse` (default) streams every answer, `json` answers in one piece and drops progress. */
  responses?: "sse" | "json";
};

/** A legacy HTTP server; `sessions` counts the living ones, `dropSessions` makes the server forget them all. */
export type LegacyHttpServer = ReferenceServer & { sessions(): number; dropSessions(): void };

/** Starts a server with sessions over Streamable HTTP (SDK v1, up to 2025-11-25) at http://127.0.0.1:PORT/mcp. */
export async function startLegacyHttpServer({
  responses = "sse",
  ...access
}: LegacyHttpOptions = {}): Promise<LegacyHttpServer> {
  const state = createReferenceState();
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const listener = await listenHttp(async (request, response) => {
    state.recordRequest(request);
    if (request.url !== "/mcp") {
      response.writeHead(404).end();
    } else if (admits(request, response, access)) {
      const transport = await transportFor(request, transports, {
        state,
        json: responses === "json",
      });
      await (transport?.handleRequest(request, response) ?? refuseSession(response));
    }
  });
  const dropSessions = (): void => {
    const dropped = [...transports.values()];
    transports.clear();
    dropped.forEach((transport) => void transport.close());
  };
  const server = asReferenceServer(`${listener.origin}/mcp`, state, async () => {
    dropSessions();
    await listener.close();
  });
  return Object.assign(server, { sessions: () => transports.size, dropSessions });
}

async function transportFor(
  { headers }: IncomingMessage,
  transports: Map<string, StreamableHTTPServerTransport>,
  { state, json }: { state: ReferenceState; json: boolean },
): Promise<StreamableHTTPServerTransport | undefined> {
  const id = headers["mcp-session-id"];
  if (id !== undefined) {
    return transports.get(String(id));
  }
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: json,
    onsessioninitialized: (sessionId) => void transports.set(sessionId, transport),
    onsessionclosed: (sessionId) => void transports.delete(sessionId),
  });
  await createServerV1(state).connect(transport);
  return transport;
}

function refuseSession(response: ServerResponse): void {
  const error = { code: -32001, message: "Session not found" };
  response.writeHead(404, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error, id: null }));
}

/** Starts a server over the HTTP+SSE transport of 2024-11-05 (SDK v1); `url` is that of the event stream. */
export async function startLegacySseServer(access: AccessOptions = {}): Promise<ReferenceServer> {
  const state = createReferenceState();
  const transports = new Map<string, SSEServerTransport>();
  const listener = await listenHttp(async (request, response) => {
    state.recordRequest(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (!admits(request, response, access)) {
      return;
    }
    if (request.method === "GET" && pathname === "/sse") {
      const transport = new SSEServerTransport("/messages", response);
      transports.set(transport.sessionId, transport);
      response.once("close", () => transports.delete(transport.sessionId));
      await createServerV1(state).connect(transport);
    } else if (request.method === "POST" && pathname === "/messages") {
      const transport = transports.get(searchParams.get("sessionId") ?? "");
      await (transport?.handlePostMessage(request, response) ?? response.writeHead(404).end());
    } else {
      response.writeHead(pathname === "/sse" ? 405 : 404).end();
    }
  });
  return asReferenceServer(`${listener.origin}/sse`, state, listener.close);
}
