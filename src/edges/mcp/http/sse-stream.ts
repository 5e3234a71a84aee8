import type { ServerResponse } from "node:http";
import { singleLine } from "../../../mcp/single-line.ts";

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
  const write = (chunk: Uint8Array): void => {
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > options.maxBufferedBytes) response.destroy();
    else response.write(chunk);
  };
  const keepAlive = setInterval(() => write(KEEP_ALIVE), options.keepAliveMs);
  response.once("close", () => {
    clearInterval(keepAlive);
    options.onClose();
  });
  return {
    send: (frame) => write(Buffer.concat([PREFIX, singleLine(frame), SUFFIX])),
    [Symbol.dispose]() {
      if (!response.writableEnded) response.end();
    },
  };
}

const PREFIX = /* @__PURE__ */ Buffer.from("event: message\ndata: ");
const SUFFIX = /* @__PURE__ */ Buffer.from("\n\n");
const KEEP_ALIVE = /* @__PURE__ */ Buffer.from(": keep-alive\n\n");
