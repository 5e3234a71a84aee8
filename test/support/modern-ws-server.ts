import type { IncomingMessage } from "node:http";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { createWebSocketTransport } from "../../examples/users/web-socket-transport.ts";
import { listenHttp } from "./http-listener.ts";
import { asReferenceServer, isAuthorised } from "./reference-http.ts";
import type { AccessOptions, ReferenceServer } from "./reference-http.ts";
import { createServerV1 } from "./reference-server-v1.ts";
import { createServerV2 } from "./reference-server-v2.ts";
import type { CacheHints } from "./reference-server-v2.ts";
import { createReferenceState } from "./reference-state.ts";
import type { ReferenceState } from "./reference-state.ts";

/** How the WebSocket server behaves. */
export type WsServerOptions = AccessOptions & {
  /** `both` (default) and `modern` are SDK v2, where `modern` refuses `initialize`; `legacy` is SDK v1. */
  era?: "modern" | "both" | "legacy";
  cacheHints?: CacheHints;
};

/** A WebSocket server; `dropSockets` cuts all sockets without a closing handshake, and goes on listening. */
export type WsReferenceServer = ReferenceServer & { sockets(): number; dropSockets(): void };

/** Starts a reference server over WebSocket, subprotocol `mcp`, at ws://127.0.0.1:PORT/mcp. */
export async function startWsServer(options: WsServerOptions = {}): Promise<WsReferenceServer> {
  const state = createReferenceState();
  const listener = await listenHttp((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  listener.server.on("upgrade", (request, stream, head) => {
    state.recordRequest(request);
    const status = refusalOf(request, options);
    if (status !== undefined) {
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(socket, state, options));
  });
  const dropSockets = (): void => sockets.clients.forEach((socket) => socket.terminate());
  const url = `${listener.origin.replace("http:", "ws:")}/mcp`;
  const server = asReferenceServer(url, state, async () => {
    dropSockets();
    await listener.close();
  });
  return Object.assign(server, { sockets: () => sockets.clients.size, dropSockets });
}

function refusalOf(request: IncomingMessage, { token }: AccessOptions): string | undefined {
  if (!isAuthorised(request, token)) {
    return "401 Unauthorized";
  }
  return request.headers["sec-websocket-protocol"] === "mcp" ? undefined : "400 Bad Request";
}

function serveSocket(
  socket: WebSocket,
  state: ReferenceState,
  { era = "both", cacheHints }: WsServerOptions,
): void {
  const transport = createWebSocketTransport(socket);
  if (era === "legacy") {
    const server = createServerV1(state);
    void server.connect(transport);
  } else {
    const legacy = era === "modern" ? "reject" : "serve";
    serveStdio(() => createServerV2(state, cacheHints), { transport, legacy });
  }
}
