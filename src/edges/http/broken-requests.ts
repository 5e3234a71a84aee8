import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { invalidRequest } from "../../contract/index.ts";
import type { Random } from "../../kernel/random.ts";
import { toProblem } from "./problem.ts";

/** What node's HTTP parser refuses, and with which status; all else is 400. */
const STATUSES: Readonly<Record<string, { status: number; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: "the headers are larger than 16 kB" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: "the request did not arrive in time" },
};

/** Answers bytes that are no HTTP request, and ends the connection. */
export function answerBrokenRequest(error: Error, socket: Socket, random: Random): void {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ECONNRESET" || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const { status, message } = STATUSES[code] ?? { status: 400, message: "this is no HTTP request" };
  const failure = invalidRequest([{ path: "", message }]);
  const { body } = toProblem(failure, { traceId: random.hex(16), status });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body.toString()}`,
  );
}
