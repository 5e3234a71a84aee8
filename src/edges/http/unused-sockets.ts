import type { FastifyInstance } from "fastify";
import type { Socket } from "node:net";

/**
 * Ends connections on which no request ever began when the edge closes: clients open spare ones, and
 * node counts them as busy, so that closing would wait for their time-outs.
 */
export function closeUnusedSockets(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  app.addHook("preClose", (done) => {
    for (const socket of sockets) {
      if (socket.bytesRead === 0) socket.destroy();
    }
    done();
  });
}
