import { healthAnswerSchema } from "../../../contract/index.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Says that the process answers. */
export function showHealth(): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/healthz",
      operationId: "showHealth",
      tag: "daemon",
      summary: "Whether the process answers",
      access: "open",
      answers: { 200: { description: "It does.", schema: healthAnswerSchema } },
      failures: [],
    },
    () => ({ status: "ok" }),
  );
}
