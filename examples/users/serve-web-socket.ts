import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { createWebSocketTransport } from "./web-socket-transport.ts";

/** Where to listen; port 0 takes a free one. */
export type WebSocketServerOptions = { host: string; port: number };
/** What the server needs: a new MCP server for each connection, and where to report trouble. */
export type WebSocketServerDeps = {
  createServer: () => McpServer;
  onError: (error: Error) => void;
};
/** A listening server; `close` ends all connections. */
export type ListeningServer = { url: string; close(): Promise<void> };

const maxMessageBytes = 1024 * 1024;
const maxConnections = 1024;
const pingEveryMs = 30_000;
const closeGraceMs = 500;

/**
 * Serves MCP over WebSocket (subprotocol `mcp`), both protocol eras, one MCP server for each connection.
 * Upgrades without the subprotocol get 400, those from web pages of other hosts 403, plain HTTP requests 426.
 *
 * @throws the error of `listen`, for example when the port is taken.
 */
export async function serveWebSocket(
  options: WebSocketServerOptions,
  deps: WebSocketServerDeps,
): Promise<ListeningServer> {
  const http = createServer((_request, response) => {
    response.writeHead(426, {
      "content-type": "text/plain",
      connection: "Upgrade",
      upgrade: "websocket",
    });
    response.end("This is an MCP server over WebSocket: connect with the subprotocol mcp.\n");
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  http.on("upgrade", (request, stream, head) => {
    const refused = refusalOf(request, sockets.clients.size);
    if (refused !== undefined) {
      refuse(stream, refused);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      serveStdio(deps.createServer, {
        transport: createWebSocketTransport(socket),
        onerror: deps.onError,
      });
    });
  });
  const stopPinging = keepAlive(sockets);
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port, options.host, () => resolve());
  });
  const { address, family, port } = http.address() as AddressInfo;
  return {
    url: `ws://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    async close() {
      stopPinging();
      const closed = new Promise((resolve) => http.close(resolve));
      await closeSockets(sockets.clients);
      http.closeAllConnections();
      await closed;
    },
  };
}

function refusalOf(request: IncomingMessage, connections: number): string | undefined {
  if (!isLocalOrigin(request.headers.origin)) {
    return "403 Forbidden";
  }
  const offered = (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim());
  if (!offered.includes("mcp")) {
    return "400 Bad Request";
  }
  return connections >= maxConnections ? "503 Service Unavailable" : undefined;
}

/** Programs send no Origin. A browser does, and only pages of this machine may reach a local server. */
function isLocalOrigin(origin: string | undefined): boolean {
  if (origin === undefined) {
    return true;
  }
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  return host === "localhost" || host === "127.0.0.1" || host === "[::1]";
}

function refuse(stream: Duplex, status: string): void {
  stream.on("error", () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function keepAlive(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) {
        socket.terminate();
      } else {
        silent.add(socket);
        socket.once("pong", () => silent.delete(socket));
        socket.ping();
      }
    }
  }, pingEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function closeSockets(clients: Set<WebSocket>): Promise<void> {
  const closing = [...clients].map(
    (socket) => new Promise((resolve) => socket.once("close", resolve)),
  );
  for (const socket of clients) {
    socket.close(1001, "the server stops");
  }
  const timer = setTimeout(() => clients.forEach((socket) => socket.terminate()), closeGraceMs);
  await Promise.all(closing);
  clearTimeout(timer);
}
