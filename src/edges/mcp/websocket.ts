import { joinBuffer } from "../../kernel/as-buffer.ts";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { DuplexChannel, DuplexServer } from "./duplex.ts";

const SUBPROTOCOL = "mcp";

/** See `McpEdgeOptions`. */
export interface WebSocketOptions {
  readonly maxMessageBytes: number;
  readonly maxBufferedBytes: number;
  readonly keepAliveMs: number;
}

/** Upgrades requests to MCP sockets and closes them all at the end. */
export interface WebSocketEdge extends AsyncDisposable {
  readonly size: number;
  accept(
    upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
    open: (channel: DuplexChannel) => DuplexServer,
  ): void;
}

/**
 * MCP over WebSocket, our custom transport: subprotocol exactly `mcp`, one JSON-RPC message per text
 * frame, binary frames refused with 1003, a ping every `keepAliveMs` and an end after a missed pong.
 */
export function createWebSocketEdge(options: WebSocketOptions): WebSocketEdge {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxMessageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  return {
    get size() {
      return server.clients.size;
    },
    accept({ request, socket, head }, open) {
      server.handleUpgrade(request, socket, head, (client) => serve(client, open, options));
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.close(1001, "the gateway is stopping");
      const closed = Promise.all([...server.clients].map(closing));
      const timer = setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, 1_000);
      await closed;
      clearTimeout(timer);
      server.close();
    },
  };
}

function serve(
  client: WebSocket,
  open: (channel: DuplexChannel) => DuplexServer,
  options: WebSocketOptions,
): void {
  const server = open({ send: (frame) => send(client, frame, options.maxBufferedBytes) });
  let alive = true;
  const heartbeat = setInterval(() => {
    if (!alive) return client.terminate();
    alive = false;
    client.ping();
  }, options.keepAliveMs);
  client.on("pong", () => (alive = true));
  client.on("message", (data, isBinary) => {
    if (isBinary) client.close(1003, "MCP messages are text frames");
    else server.receive(joinBuffer(data));
  });
  // The library closes with the fitting code (1009 for too much); ending it here would cut that off.
  client.on("error", () => undefined);
  client.on("close", () => {
    clearInterval(heartbeat);
    server[Symbol.dispose]();
  });
}

function send(client: WebSocket, frame: Buffer, maxBufferedBytes: number): void {
  if (client.readyState !== client.OPEN) return;
  if (client.bufferedAmount > maxBufferedBytes) {
    client.close(1008, "the client reads too slowly");
    return;
  }
  client.send(frame, { binary: false });
}

function closing(client: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    client.once("close", () => resolve());
  });
}
