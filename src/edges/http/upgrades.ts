import type { FastifyInstance } from "fastify";
import type { Duplex } from "node:stream";
import { STATUS_CODES } from "node:http";
import { GatewayError, toGatewayError } from "../../kernel/errors.ts";
import type { Principal } from "../../core/access/index.ts";
import type { Admission } from "./admission.ts";
import type { HttpEdgeDeps, Upgrade } from "./edge-deps.ts";
import { toProblem } from "./problem.ts";
import type { SocketEdge } from "./ws/socket-edge.ts";

const SOCKET_PATH = "/v1/ws";

/** Lets upgrades in through the same door as requests; who is refused gets a problem and is closed. */
export function admitUpgrades(
  app: FastifyInstance,
  deps: Pick<HttpEdgeDeps, "gateway" | "upgrade"> & {
    readonly admission: Admission;
    readonly sockets: SocketEdge;
  },
): void {
  const { admission, gateway, sockets, upgrade } = deps;

  function admit(taken: Upgrade): void {
    const { headers, url = "" } = taken.request;
    admission.checkOrigin(headers);
    const authenticate = (): Principal => admission.authenticate(headers);
    const principal = authenticate();
    const [path = ""] = url.split("?", 1);
    if (path === SOCKET_PATH) return sockets.accept(taken, authenticate);
    if (upgrade?.(taken, principal) === true) return;
    const route = `GET ${path.slice(0, 200)}`;
    throw new GatewayError("unknown-route", `There is nothing to upgrade at ${route}.`, { route });
  }

  app.server.on("upgrade", (request, socket, head) => {
    try {
      admit({ request, socket, head });
    } catch (error) {
      const failure = toGatewayError(error);
      const traceId = gateway.random.hex(16);
      if (failure.code === "internal") {
        gateway.log.error({ traceId, err: failure.cause }, "An upgrade failed.");
      }
      refuse(socket, failure, traceId);
    }
  });
}

function refuse(socket: Duplex, failure: GatewayError, traceId: string): void {
  const { status, headers, body } = toProblem(failure, { traceId });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    "connection: close",
  ];
  socket.on("error", () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]));
}
