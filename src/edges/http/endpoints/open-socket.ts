import { invalidRequest, problemSchema } from "../../../contract/index.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { PROBLEM_TYPE, toProblem } from "../problem.ts";

const UPGRADE_REQUIRED = 426;

/** Where sockets are opened; who asks without an upgrade is told so. */
export function openSocket(): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/ws",
      operationId: "openSocket",
      tag: "socket",
      summary: "Open a WebSocket that carries all operations as JSON-RPC 2.0",
      description:
        "Subprotocol `switchboard.v1`, optional. Methods are the `operationId`s of this document; params " +
        "hold path parameters, query, headers and body side by side.",
      access: "agent",
      answers: {
        101: { description: "The socket is open." },
        426: {
          description: "The request does not ask for an upgrade.",
          schema: problemSchema,
          mediaType: PROBLEM_TYPE,
        },
      },
      failures: ["rate-limited"],
    },
    ({ reply, traceId }) => {
      const failure = invalidRequest([{ path: "", message: "open a WebSocket here" }]);
      const { headers, body } = toProblem(failure, { traceId, status: UPGRADE_REQUIRED });
      const upgrade = { upgrade: "websocket", connection: "upgrade" };
      return reply
        .code(UPGRADE_REQUIRED)
        .headers({ ...headers, ...upgrade })
        .send(body);
    },
  );
}
