import type { FastifyReply } from "fastify";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { singleLine } from "../../mcp/single-line.ts";
import type { Answer } from "./answer.ts";

/** An answer that stays open and carries events. */
export interface EventStream extends Disposable {
  /** Aborts when the stream has ended, whoever ended it. */
  readonly closed: AbortSignal;
  /** So much is unread that who can wait should, until `onDrain`. */
  readonly isCongested: boolean;
  /** Sends one event whose data is a JSON text. A reader that leaves too much unread loses its stream. */
  send(event: string, data: Uint8Array | string, id?: number): void;
  /**
   * Ends with the answer. A stream of server-sent events tells it as `last`, by default an event
   * `result` or `error` with its body.
   */
  finish(answer: Answer, last?: LastEvent): void;
  /** Runs each time when all that was unread has been read. */
  onDrain(listener: () => void): void;
}

/** An answer as the last event of a stream. */
export interface LastEvent {
  readonly event: string;
  readonly data: Uint8Array;
  readonly id?: number;
}

/** See `HttpEdgeOptions`. */
export interface EventStreamLimits {
  readonly heartbeatMs: number;
  readonly maxStreamBufferBytes: number;
}

/**
 * Takes an HTTP answer over and opens a stream of server-sent events. A comment goes out every
 * `heartbeatMs`, so that proxies keep it open and a dead client is noticed; a congested client that
 * has read nothing in that time is cut off.
 */
export function openEventStream(
  reply: FastifyReply,
  options: EventStreamLimits,
  clock: Clock,
): EventStream {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  raw.flushHeaders();

  const closed = new AbortController();
  const isCongested = (): boolean => raw.writableLength > options.maxStreamBufferBytes / 2;
  let unreadBytes = Infinity;
  const beat = (): void => {
    if (!isCongested()) write(": \n\n");
    else if (raw.writableLength >= unreadBytes) raw.destroy();
    unreadBytes = isCongested() ? raw.writableLength : Infinity;
    heartbeat = clock.after(options.heartbeatMs, beat);
  };
  let heartbeat: Timer = clock.after(options.heartbeatMs, beat);
  raw.once("close", () => {
    heartbeat[Symbol.dispose]();
    closed.abort();
  });

  function write(chunk: string | Uint8Array): void {
    if (raw.writableEnded || raw.destroyed) return;
    if (raw.writableLength > options.maxStreamBufferBytes) raw.destroy();
    else raw.write(chunk);
  }

  function end(): void {
    if (!raw.writableEnded && !raw.destroyed) raw.end();
  }

  return {
    closed: closed.signal,
    get isCongested() {
      return isCongested();
    },
    send: (event, data, id) => write(encodeEvent({ event, data, id })),
    finish({ status, body }, last = { event: status < 400 ? "result" : "error", data: body }) {
      write(encodeEvent(last));
      end();
    },
    onDrain: (listener) => void raw.on("drain", listener),
    [Symbol.dispose]: end,
  };
}

const END = /* @__PURE__ */ Buffer.from("\n\n");

function encodeEvent(one: {
  readonly event: string;
  readonly data: Uint8Array | string;
  readonly id?: number | undefined;
}): Buffer {
  const { event, data, id } = one;
  const head = id === undefined ? "" : `id: ${id}\n`;
  const text = singleLine(typeof data === "string" ? Buffer.from(data) : data);
  return Buffer.concat([Buffer.from(`${head}event: ${event}\ndata: `), text, END]);
}

/** Whether a client asks for events rather than JSON: it names them, and before JSON where it names both. */
export function acceptsEventStream(accept: string | undefined): boolean {
  const stream = accept?.indexOf("text/event-stream") ?? -1;
  const json = accept?.indexOf("application/json") ?? -1;
  return stream >= 0 && (json < 0 || stream < json);
}
