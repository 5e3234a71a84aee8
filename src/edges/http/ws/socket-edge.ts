import { joinBuffer } from "../../../kernel/as-buffer.ts";
import { WebSocketServer, type WebSocket } from "ws";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { Upgrade } from "../edge-deps.ts";
import type { HttpEdgeOptions } from "../options.ts";
import { createSocketChannel } from "./socket-channel.ts";
import { SocketConnection, type SocketDeps } from "./socket-connection.ts";

const SUBPROTOCOL = "switchboard.v1";
const RETRY_AFTER_MS = 5_000;
/** How long clients have to answer that they are closed, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The sockets of `WS /v1/ws`, which serve the endpoints as JSON-RPC methods. */
export interface SocketEdge extends AsyncDisposable {
  readonly size: number;
  /** @throws GatewayError `rate-limited` when too many are open. */
  accept(upgrade: Upgrade, authenticate: () => Principal): void;
}

/**
 * Makes an edge without sockets. One JSON-RPC message is one text frame; binary frames are refused
 * with 1003, messages above `maxBodyBytes` with 1009, slow readers with 1008. A ping goes out every
 * `heartbeatMs`, and who has not answered by the next is cut off.
 */
export function createSocketEdge(
  options: HttpEdgeOptions,
  deps: Omit<SocketDeps, "authenticate" | "options">,
): SocketEdge {
  const { clock } = deps.gateway;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxBodyBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  function serve(client: WebSocket, authenticate: () => Principal): void {
    const channel = createSocketChannel(client, options.maxSocketBufferBytes);
    const connection = new SocketConnection({ ...deps, options, authenticate }, channel);
    const heartbeat = keepAlive(client, options.heartbeatMs, clock);
    listen(client, connection);
    client.on("close", () => heartbeat[Symbol.dispose]());
  }

  return {
    get size() {
      return server.clients.size;
    },
    accept({ request, socket, head }, authenticate) {
      if (server.clients.size >= options.maxSockets) {
        const reason = `${options.maxSockets} sockets are open, the limit`;
        const retryAfterMs = RETRY_AFTER_MS;
        throw new GatewayError("rate-limited", `Too many: ${reason}.`, { reason, retryAfterMs });
      }
      server.handleUpgrade(request, socket, head, (client) => serve(client, authenticate));
    },
    async [Symbol.asyncDispose]() {
      const clients = [...server.clients];
      const closed = Promise.all(clients.map(closing));
      for (const client of clients) client.close(1001, "the gateway is stopping");
      const timer = setTimeout(() => {
        for (const client of clients) client.terminate();
      }, CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(timer);
      server.close();
    },
  };
}

function listen(client: WebSocket, connection: SocketConnection): void {
  client.on("message", (data, isBinary) => {
    if (isBinary) client.close(1003, "messages are text frames");
    else connection.receive(joinBuffer(data));
  });
  // The library closes with the fitting code (1009 for too much); ending it here would cut that off.
  client.on("error", () => undefined);
  client.on("close", () => connection[Symbol.dispose]());
}

function keepAlive(client: WebSocket, everyMs: number, clock: Clock): Timer {
  let isAlive = true;
  let timer = clock.after(everyMs, beat);
  client.on("pong", () => (isAlive = true));
  function beat(): void {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
    timer = clock.after(everyMs, beat);
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

function closing(client: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    client.once("close", () => resolve());
  });
}
