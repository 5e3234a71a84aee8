import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { listenHttp } from "../http-listener.ts";
import type { RawServerOptions } from "./options.ts";
import { createRawConnection } from "./protocol.ts";
import { asRawServer, piecesOf } from "./raw-server.ts";
import type { RawServer } from "./raw-server.ts";
import { createRawState } from "./state.ts";
import type { Channel, RawState } from "./state.ts";

/** What only the WebSocket server can do. */
export type RawWsOptions = RawServerOptions & {
  /** Accepts upgrades without choosing a subprotocol. */
  withoutSubprotocol?: boolean;
  /** Never answers a ping. */
  ignorePings?: boolean;
};

/** A raw WebSocket server; `dropConnections` cuts all sockets, and new ones are accepted as before. */
export type RawWsServer = RawServer & { dropConnections(): void };

/** Starts a raw MCP server over WebSocket at ws://127.0.0.1:PORT/mcp. */
export async function startRawWsServer({
  withoutSubprotocol = false,
  ignorePings = false,
  ...options
}: RawWsOptions = {}): Promise<RawWsServer> {
  const state = createRawState(options);
  const listener = await listenHttp((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server: listener.server,
    perMessageDeflate: false,
    autoPong: !ignorePings,
    handleProtocols: () => (withoutSubprotocol ? false : "mcp"),
  });
  sockets.on("connection", (socket) => serveSocket(socket, state));
  const dropConnections = (): void => sockets.clients.forEach((socket) => socket.terminate());
  const url = `${listener.origin.replace("http:", "ws:")}/mcp`;
  const server = asRawServer(url, state, async () => {
    dropConnections();
    await listener.close();
  });
  return Object.assign(server, { dropConnections });
}

function serveSocket(socket: WebSocket, state: RawState): void {
  state.stats.connections += 1;
  const connection = createRawConnection(state);
  const channel: Channel = {
    send: (text) => socket.send(text),
    async drip(text, overMs) {
      const pieces = piecesOf(text);
      for (const [index, piece] of pieces.entries()) {
        await sleep(overMs / pieces.length);
        socket.send(piece, { fin: index === pieces.length - 1 });
      }
    },
    sendPart: (text) =>
      new Promise((resolve) => socket.send(text, { fin: false }, () => resolve())),
    sendGarbage: () =>
      ["{not json", "[]", "null", '{"jsonrpc":"2.0"}'].forEach((text) => socket.send(text)),
    sendBinary: (text) => socket.send(Buffer.from(text)),
    die: () => socket.terminate(),
    writeStderr: () => undefined,
    dropSession: () => socket.terminate(),
  };
  const listener = { channel };
  if (state.options.era !== "modern") {
    state.listeners.add(listener);
  }
  socket.on("message", (data: Buffer) => connection.receive(data.toString(), channel));
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    for (const known of state.listeners) {
      if (known.channel === channel) {
        state.listeners.delete(known);
      }
    }
  });
}
