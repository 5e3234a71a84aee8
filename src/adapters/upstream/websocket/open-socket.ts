import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { LinkError } from "../../../core/upstream/index.ts";
import { httpFailure } from "../http-failure.ts";

const MAX_BODY_BYTES = 4_096;

/**
 * Waits until the socket is open.
 * @throws LinkError `connect`, or as the HTTP status says when the upgrade was refused; the signal's
 *   reason when it aborts first. The socket is then closed.
 */
export async function openSocket(
  socket: WebSocket,
  host: string,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (run: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      run();
    };
    const onAbort = (): void => {
      socket.terminate();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("open", () => settle(resolve));
    socket.once("error", (error) => settle(() => reject(connectFailure(error, host))));
    socket.once("unexpected-response", (_request, response) => {
      void readBody(response).then((body) => {
        const head = { status: response.statusCode ?? 0, headers: response.headers };
        settle(() => reject(refused(httpFailure(head, body))));
        socket.terminate();
      });
    });
  });
}

/** A refused upgrade reached no tool, whatever the status. */
function refused(failure: LinkError): LinkError {
  const { httpStatus, retryAfterMs } = failure;
  const kind = failure.kind === "protocol" || failure.kind === "closed" ? "connect" : failure.kind;
  return new LinkError(kind, `the WebSocket upgrade was refused: ${failure.message}`, {
    reached: false,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function connectFailure(error: NodeJS.ErrnoException, host: string): LinkError {
  const words =
    error.code === "ECONNREFUSED"
      ? `nothing listens at ${host} (connection refused)`
      : `${error.message === "" ? "the connection failed" : error.message} (${host})`;
  return new LinkError("connect", words, { reached: false, cause: error });
}

/** As much of a refusal's body as a message needs. */
async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_BODY_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks);
}
