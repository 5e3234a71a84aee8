import type { ServerResponse } from "node:http";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** An open server-sent event stream that carries JSON-RPC messages. */
export interface SseStream extends Disposable {
  /** Sends one message; a reader that leaves too much unread loses its stream. */
  send(frame: Uint8Array): void;
}

/** Opens a stream on a raw response; `onClose` runs once, whoever ends it. */
export function openSseStream(
  response: ServerResponse,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly keepAliveMs: number;
    readonly maxBufferedBytes: number;
    readonly onClose: () => void;
  },
): SseStream {
  response.writeHead(200, { ...HEADERS, ...options.headers });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write(": keep-alive\n\n"), options.keepAliveMs);
  response.once("close", () => {
    clearInterval(keepAlive);
    options.onClose();
  });
  return {
    send(frame) {
      if (response.writableEnded || response.destroyed) return;
      if (response.writableLength > options.maxBufferedBytes) {
        response.destroy();
        return;
      }
      response.write(Buffer.concat([PREFIX, oneLine(frame), SUFFIX]));
    },
    [Symbol.dispose]() {
      if (!response.writableEnded) response.end();
    },
  };
}

const PREFIX = /* @__PURE__ */ Buffer.from("event: message\ndata: ");
const SUFFIX = /* @__PURE__ */ Buffer.from("\n\n");

/** A data line must not break: newlines between JSON tokens become spaces (inside strings there are none). */
function oneLine(frame: Uint8Array): Uint8Array {
  if (!frame.includes(10) && !frame.includes(13)) return frame;
  return frame.map((byte) => (byte === 10 || byte === 13 ? 32 : byte));
}
