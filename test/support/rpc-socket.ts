import { once } from "node:events";
import { WebSocket } from "ws";
import { waitFor } from "./wait-for.ts";

/** An event of a request under way. */
export type RpcEvent = { id: number | string; event: string; data?: unknown };

/** How a request was answered; `text` is the whole message, byte for byte. */
export type RpcAnswer = {
  // oxlint-disable-next-line typescript/no-explicit-any
  result?: any;
  // oxlint-disable-next-line typescript/no-explicit-any
  error?: { code: number; message: string; data: any };
  text: string;
};

type RpcMessage = Omit<RpcAnswer, "text"> & { id?: unknown; method?: string; params: RpcEvent };

/** A client of `/v1/ws`. */
export type RpcSocket = Disposable & {
  socket: WebSocket;
  /** Every event so far, in order. */
  events: RpcEvent[];
  /** Sends a request and gives its id at once, for those that are cancelled or never end. */
  begin(method: string, params?: unknown): number;
  /** The answer of a request that was begun. */
  answer(id: number | string | null): Promise<RpcAnswer>;
  call(method: string, params?: unknown): Promise<RpcAnswer>;
  cancel(id: number): void;
  /** Sends a text as it is. */
  sendText(text: string): void;
  /** Resolves when the socket is closed, with the code. */
  closed: Promise<number>;
};

/** Opens a socket at the base URL of a gateway. */
export async function openRpcSocket(
  url: string,
  options: { headers?: Record<string, string>; protocols?: readonly string[] } = {},
): Promise<RpcSocket> {
  const { headers = {}, protocols = ["switchboard.v1"] } = options;
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, [...protocols], { headers });
  const answers = new Map<unknown, RpcAnswer>();
  const events: RpcEvent[] = [];
  // Leaves small ids to requests that a test writes itself.
  let lastId = 100;
  const closed = once(socket, "close").then(([code]) => code as number);
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    const message = JSON.parse(text) as RpcMessage;
    if (message.method === "event") events.push(message.params);
    else answers.set(message.id, { ...message, text });
  });
  await once(socket, "open");
  const client: RpcSocket = {
    socket,
    events,
    closed,
    sendText: (text) => socket.send(text),
    begin(method, params) {
      const id = ++lastId;
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      return id;
    },
    answer: (id) => waitFor(() => answers.get(id), { what: `the answer to ${id}`, everyMs: 2 }),
    call: (method, params) => client.answer(client.begin(method, params)),
    cancel: (id) =>
      socket.send(JSON.stringify({ jsonrpc: "2.0", method: "$/cancel", params: { id } })),
    [Symbol.dispose]: () => socket.terminate(),
  };
  return client;
}
