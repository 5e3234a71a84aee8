import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Stands between a client and a server on this machine, and spoils what passes. */
export type TcpProxy = AsyncDisposable & {
  port: number;
  /** How long every piece of an answer is held back, in milliseconds; 0 at first. */
  delayMs: number;
  /** Connections under way. */
  connections(): number;
  /** Cuts all connections; new ones are taken. */
  cut(): void;
};

/** Starts a proxy to a port of 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    keep(client, target);
    keep(target, client);
    client.pipe(target);
    target.on("data", (piece: Buffer) => {
      if (proxy.delayMs === 0) client.write(piece);
      else setTimeout(() => client.writable && client.write(piece), proxy.delayMs);
    });
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    connections: () => sockets.size / 2,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** Starts a server that answers whatever it is sent with these bytes. */
export async function startBabbler(
  answer: Uint8Array,
): Promise<AsyncDisposable & { port: number; visits(): number }> {
  const sockets = new Set<Socket>();
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", () => socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    visits: () => visits,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
