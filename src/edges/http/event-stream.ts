import type { FastifyReply } from "fastify";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { singleLine } from "../../mcp/single-line.ts";

/** An answer that stays open and carries server-sent events. */
export interface EventStream extends Disposable {
  /** Sends one event whose data is a JSON text (a string of one line). A reader that leaves too much unread loses its stream. */
  send(event: string, data: Uint8Array | string, id?: number): void;
}

interface EventStreamLimits {
  readonly heartbeatMs: number;
  readonly maxStreamBufferBytes: number;
}

/**
 * Takes the answer over and opens the stream; a comment goes out every `heartbeatMs`, so that proxies
 * keep it open and a dead client is noticed. `onClose` runs once, whoever ends the stream.
 */
export function openEventStream(
  reply: FastifyReply,
  options: EventStreamLimits & { readonly onClose?: () => void },
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

  let heartbeat: Timer | undefined;
  const beat = (): void => {
    write(": \n\n");
    heartbeat = clock.after(options.heartbeatMs, beat);
  };
  heartbeat = clock.after(options.heartbeatMs, beat);
  raw.once("close", () => {
    heartbeat?.[Symbol.dispose]();
    options.onClose?.();
  });

  function write(chunk: string | Uint8Array): void {
    if (raw.writableEnded || raw.destroyed) return;
    if (raw.writableLength > options.maxStreamBufferBytes) raw.destroy();
    else raw.write(chunk);
  }

  return {
    send(event, data, id) {
      const head = id === undefined ? "" : `id: ${id}\n`;
      const text = typeof data === "string" ? Buffer.from(data) : singleLine(data);
      write(Buffer.concat([Buffer.from(`${head}event: ${event}\ndata: `), text, END]));
    },
    [Symbol.dispose]() {
      if (!raw.writableEnded && !raw.destroyed) raw.end();
    },
  };
}

const END = /* @__PURE__ */ Buffer.from("\n\n");

/** Whether a client asks for events rather than JSON: it names them, and before JSON where it names both. */
export function acceptsEventStream(accept: string | undefined): boolean {
  const stream = accept?.indexOf("text/event-stream") ?? -1;
  const json = accept?.indexOf("application/json") ?? -1;
  return stream >= 0 && (json < 0 || stream < json);
}
