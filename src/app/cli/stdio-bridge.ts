import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";
import { GatewayError } from "../../kernel/errors.ts";

/**
 * Carries MCP messages between a pair of streams and a daemon's socket, unread, until either ends
 * or the signal aborts. What a client sends while the socket opens waits.
 * @throws GatewayError `daemon-unreachable`.
 */
export async function bridgeStdio(
  streams: { readonly input: Readable; readonly output: Writable },
  daemon: { readonly url: string; readonly token?: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const url = `${daemon.url.replace(/^http/, "ws").replace(/\/+$/, "")}/mcp`;
  const headers = daemon.token === undefined ? {} : { authorization: `Bearer ${daemon.token}` };
  const socket = new WebSocket(url, "mcp", { headers, perMessageDeflate: false });
  try {
    await once(socket, "open", { signal });
  } catch (error) {
    socket.terminate();
    if (signal.aborted) return;
    const message = `No daemon answers at ${daemon.url}: ${(error as Error).message}.`;
    throw new GatewayError("daemon-unreachable", message, { url: daemon.url, cause: error });
  }
  const lines = createInterface({ input: streams.input, crlfDelay: Infinity });
  const closed = once(socket, "close");
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: Buffer) => streams.output.write(`${data.toString()}\n`));
  lines.on("line", (line) => {
    if (line.trim() !== "") socket.send(line);
  });
  lines.once("close", () => socket.close(1000));
  const stop = (): void => lines.close();
  signal.addEventListener("abort", stop, { once: true });
  await closed;
  signal.removeEventListener("abort", stop);
  lines.close();
  streams.input.destroy();
}
