import { once } from "node:events";
import { WebSocket } from "ws";

/** What both SDK generations ask of a transport, as far as a client over one socket needs it. */
export type WsClientTransport = {
  start(): Promise<void>;
  send(message: unknown): Promise<void>;
  close(): Promise<void>;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  // Both SDKs declare this as a generic function over their own message types.
  // oxlint-disable-next-line typescript/no-explicit-any
  onmessage?: ((message: any) => void) | undefined;
};

/** Headers for the upgrade, for example Authorization. */
export type WsClientOptions = { headers?: Record<string, string> };

/** A client transport over `ws` for SDK v1 and v2 clients: SDK v2 has none, and that of v1 sends no headers. */
export function createWsClientTransport(
  url: string,
  { headers = {} }: WsClientOptions = {},
): WsClientTransport {
  let socket: WebSocket | undefined;
  const transport: WsClientTransport = {
    async start() {
      const opening = new WebSocket(url, "mcp", { headers, perMessageDeflate: false });
      socket = opening;
      opening.on("message", (data: Buffer) => transport.onmessage?.(JSON.parse(data.toString())));
      opening.on("error", (error) => transport.onerror?.(error));
      opening.on("close", () => transport.onclose?.());
      await once(opening, "open");
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        socket?.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
      }),
    close() {
      socket?.close();
      return Promise.resolve();
    },
  };
  return transport;
}
