import type { Readable, Writable } from "node:stream";
import { abortable } from "../../kernel/abort.ts";
import { encodeError } from "../../mcp/encode.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import type { DuplexChannel, DuplexServer } from "./duplex.ts";

const NEWLINE = /* @__PURE__ */ Buffer.from("\n");

/**
 * Serves MCP over a pair of streams, one message a line, until the input has ended and its requests
 * are answered, or the signal aborts.
 * A line longer than `maxMessageBytes` is answered with an error and passed over.
 */
export async function serveStdio(
  streams: { readonly input: Readable; readonly output: Writable },
  open: (channel: DuplexChannel) => DuplexServer,
  options: { readonly maxMessageBytes: number; readonly signal: AbortSignal },
): Promise<void> {
  const channel: DuplexChannel = {
    send: (frame) => void streams.output.write(Buffer.concat([frame, NEWLINE])),
  };
  using server = open(channel);
  const stop = (): void => void streams.input.destroy();
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of readLines(streams.input, options.maxMessageBytes)) {
      if (line === "too-long") {
        const message = `a message is longer than ${options.maxMessageBytes} bytes`;
        channel.send(encodeError(null, { code: RPC.invalidRequest, message }));
      } else if (line.length > 0) server.receive(line);
    }
    // Who writes its requests and closes the input still wants the answers.
    await abortable(server.idle(), options.signal);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    options.signal.removeEventListener("abort", stop);
  }
}

/** Cuts a byte stream into lines (LF, or CR LF); one longer than `maxBytes` is told once, its bytes dropped. */
export async function* readLines(
  input: Readable,
  maxBytes: number,
): AsyncGenerator<Buffer | "too-long"> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let at = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, at)) {
      const fits = size + (end - at) <= maxBytes;
      yield fits ? trimCarriage(Buffer.concat([...parts, chunk.subarray(at, end)])) : "too-long";
      parts = [];
      size = 0;
      at = end + 1;
    }
    size += chunk.length - at;
    if (size <= maxBytes) parts.push(chunk.subarray(at));
    else parts = [];
  }
}

function trimCarriage(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
