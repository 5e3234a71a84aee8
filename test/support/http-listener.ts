import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers one HTTP request. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server on a free port of 127.0.0.1; `close` cuts all its connections. */
export type HttpListener = { server: Server; origin: string; close(): Promise<void> };

export async function listenHttp(handler: HttpHandler): Promise<HttpListener> {
  const server = createServer((request, response) => void answer(handler, request, response));
  const upgraded = new Set<{ destroy(): void }>();
  server.on("upgrade", (_request, socket) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    origin: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      upgraded.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

async function answer(
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await handler(request, response);
  } catch (error) {
    if (!response.headersSent) {
      response.writeHead(500).end(String(error));
    }
    response.destroy();
  }
}
