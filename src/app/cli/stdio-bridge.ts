import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { WebSocket } from "ws";
import { readLines } from "../../edges/mcp/index.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { createOpenRequests, type OpenRequests } from "./open-requests.ts";

interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

interface DaemonPlace {
  readonly url: string;
  readonly token?: string | undefined;
}

/** Longest message a client may write, in bytes; the daemon's own limit is lower. */
const MAX_LINE_BYTES = 268_435_456;
/** What may wait on its way to the daemon before the client's output is no longer read, in bytes. */
const MAX_WAITING_BYTES = 4_194_304;

/**
 * Carries MCP messages between a pair of streams and a daemon's socket, as they are, until the input
 * has ended and its requests are answered, or the signal aborts. What a client sends while the socket
 * opens waits.
 * @throws GatewayError `daemon-unreachable`, also when the daemon goes in between.
 */
export async function bridgeStdio(
  streams: Streams,
  daemon: DaemonPlace,
  signal: AbortSignal,
): Promise<void> {
  const socket = await openSocket(daemon, signal);
  if (socket === undefined) return;
  const requests = createOpenRequests();
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  let isInputOver = false;
  const leaveWhenAnswered = (): void => {
    if (isInputOver && requests.size === 0) socket.close(1000);
  };
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: Buffer) => {
    writeLine(streams.output, data, socket);
    requests.received(data);
    leaveWhenAnswered();
  });
  const onAbort = (): void => socket.close(1000);
  signal.addEventListener("abort", onAbort, { once: true });
  void forward(streams.input, socket, requests)
    .catch(() => undefined)
    .finally(() => {
      isInputOver = true;
      leaveWhenAnswered();
    });
  const code = await closed;
  signal.removeEventListener("abort", onAbort);
  streams.input.destroy();
  if (signal.aborted || (isInputOver && requests.size === 0)) return;
  const message = `The daemon at ${daemon.url} has closed the connection (code ${code}).`;
  throw new GatewayError("daemon-unreachable", message, { url: daemon.url });
}

async function openSocket(
  daemon: DaemonPlace,
  signal: AbortSignal,
): Promise<WebSocket | undefined> {
  const url = `${daemon.url.replace(/^http/, "ws").replace(/\/+$/, "")}/mcp`;
  const headers = daemon.token === undefined ? {} : { authorization: `Bearer ${daemon.token}` };
  const socket = new WebSocket(url, "mcp", { headers, perMessageDeflate: false });
  try {
    await once(socket, "open", { signal });
    return socket;
  } catch (error) {
    socket.on("error", () => undefined);
    socket.terminate();
    if (signal.aborted) return undefined;
    const message = `No daemon answers at ${daemon.url}: ${(error as Error).message}.`;
    throw new GatewayError("daemon-unreachable", message, { url: daemon.url, cause: error });
  }
}

/** A client that reads slowly holds the daemon's messages back, not this process's memory. */
function writeLine(output: Writable, message: Buffer, socket: WebSocket): void {
  output.write(message);
  if (output.write("\n")) return;
  socket.pause();
  output.once("drain", () => socket.resume());
}

async function forward(input: Readable, socket: WebSocket, requests: OpenRequests): Promise<void> {
  for await (const line of readLines(input, MAX_LINE_BYTES)) {
    if (line === "too-long" || line.every((byte) => byte <= 0x20)) continue;
    requests.sent(line);
    const sent = new Promise((resolve) => {
      socket.send(line, { binary: false }, resolve);
    });
    if (socket.bufferedAmount > MAX_WAITING_BYTES) await sent;
  }
}
