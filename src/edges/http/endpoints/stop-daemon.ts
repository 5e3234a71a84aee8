import { stopAnswerSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Stops the daemon in order, after the answer. */
export function stopDaemon({ stop }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/stop",
      operationId: "stopDaemon",
      tag: "daemon",
      summary: "Stop the daemon",
      description: "Calls under way are finished first, within the time for shutting down.",
      access: { role: "admin", action: "stop the daemon" },
      answers: { 202: { description: "It is stopping.", schema: stopAnswerSchema } },
      failures: [],
    },
    ({ reply, afterAnswer }) => {
      afterAnswer(stop);
      return reply.code(202).send({ status: "stopping" });
    },
  );
}
