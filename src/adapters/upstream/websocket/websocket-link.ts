import { WebSocket } from "ws";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import {
  createDuplexLink,
  LinkError,
  type DuplexLink,
  type Link,
  type LinkFactory,
  type LinkHandlers,
  type MessageChannel,
} from "../../../core/upstream/index.ts";
import { endpointHeaders } from "../endpoint-headers.ts";
import type { WebSocketUpstreamOptions } from "./options.ts";
import { openSocket } from "./open-socket.ts";

/** What WebSocket links need from outside. */
export interface WebSocketLinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

const SUBPROTOCOL = "mcp";
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;

/** Makes the factory of links over WebSocket: subprotocol `mcp`, one message per text frame. */
export function createWebSocketLinkFactory(
  options: WebSocketUpstreamOptions,
  deps: WebSocketLinkDeps,
): LinkFactory<"websocket"> {
  return {
    async open(endpoint, handlers, signal): Promise<Link> {
      signal.throwIfAborted();
      const url = new URL(endpoint.url);
      const headers = endpointHeaders(url, endpoint.headers);
      // The library turns credentials in the URL into a header of its own.
      url.username = "";
      url.password = "";
      const socket = new WebSocket(url, [SUBPROTOCOL], {
        headers,
        handshakeTimeout: options.handshakeTimeoutMs,
        maxPayload: options.maxMessageBytes,
        perMessageDeflate: false,
        followRedirects: false,
      });
      // Listening from the start: frames may come with the upgrade's answer.
      const link = linkTo(socket, { options, deps, handlers });
      await openSocket(socket, url.host, signal);
      return link;
    },
  };
}

function linkTo(
  socket: WebSocket,
  context: {
    readonly options: WebSocketUpstreamOptions;
    readonly deps: WebSocketLinkDeps;
    readonly handlers: LinkHandlers;
  },
): DuplexLink {
  const { options, deps, handlers } = context;
  const { clock, log } = deps;
  const { maxInFlight, maxBufferedBytes, maxMessageBytes } = options;
  const channel = channelOver(socket, options, clock);
  const limits = { transport: "websocket", maxInFlight, maxBufferedBytes } as const;
  const link = createDuplexLink(limits, { channel, handlers, clock, log });
  const fail = (kind: "closed" | "protocol", message: string): void =>
    link.fail(new LinkError(kind, message, { reached: true }));

  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return link.receive(data);
    fail("protocol", "the server sent a binary frame");
    socket.close(UNSUPPORTED_DATA, "text frames only");
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (socket.readyState === WebSocket.CONNECTING) return;
    const isTooLong = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    const message = isTooLong ? `a frame is longer than ${maxMessageBytes} bytes` : error.message;
    fail(error.code?.startsWith("WS_ERR_") === true ? "protocol" : "closed", message);
  });
  socket.on("close", (code, reason) => {
    const words = reason.length === 0 ? "" : ` ${JSON.stringify(reason.toString("utf8"))}`;
    fail("closed", `the server closed the socket (code ${code}${words})`);
  });
  socket.once("open", () => {
    keepAlive(socket, { clock, intervalMs: options.pingIntervalMs }, () => {
      fail("closed", `the server did not answer a ping within ${options.pingIntervalMs} ms`);
    });
  });
  return link;
}

function channelOver(
  socket: WebSocket,
  options: WebSocketUpstreamOptions,
  clock: Clock,
): MessageChannel {
  return {
    pids: [],
    write(message, sent) {
      socket.send(message, { binary: false }, (error) => {
        if (error === undefined || error === null) return sent();
        sent(new LinkError("closed", `the socket is closed: ${error.message}`, { reached: false }));
      });
    },
    close() {
      if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = clock.after(options.closeTimeoutMs, () => socket.terminate());
        socket.once("close", () => {
          timer[Symbol.dispose]();
          resolve();
        });
        socket.close(NORMAL_CLOSURE);
      });
    },
  };
}

function keepAlive(
  socket: WebSocket,
  options: { readonly clock: Clock; readonly intervalMs: number },
  onDead: () => void,
): void {
  let isAnswered = true;
  let timer: Timer;
  const beat = (): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!isAnswered) {
      onDead();
      socket.terminate();
      return;
    }
    isAnswered = false;
    socket.ping();
    timer = options.clock.after(options.intervalMs, beat);
  };
  socket.on("pong", () => (isAnswered = true));
  socket.once("close", () => timer[Symbol.dispose]());
  timer = options.clock.after(options.intervalMs, beat);
}
