import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Removes a composite that was added over the API. */
export function removeComposite({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "DELETE",
      path: "/v1/composites/{name}",
      operationId: "removeComposite",
      tag: "plans",
      summary: "Remove a composite that was added over the API",
      access: { role: "admin", action: "remove composites" },
      answers: { 204: { description: "It is gone." } },
      failures: ["unknown-tool"],
    },
    async ({ params, reply }) => {
      await gateway.composites.remove(params.name);
      return reply.code(204).send();
    },
  );
}
