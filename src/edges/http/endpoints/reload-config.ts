import { reloadAnswerSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Reads the configuration anew. */
export function reloadConfig({ reload }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/reload",
      operationId: "reloadConfig",
      tag: "daemon",
      summary: "Read the configuration anew",
      description: "A configuration with problems is refused, and the last good state stays.",
      access: { role: "admin", action: "reload the configuration" },
      answers: { 200: { description: "It is in force.", schema: reloadAnswerSchema } },
      failures: ["invalid-config"],
    },
    async () => ({ status: "reloaded", warnings: (await reload()).warnings }),
  );
}
