import { cacheInvalidatedSchema, invalidateCacheSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Makes entries void, here and in every replica. */
export function invalidateCache({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/cache/invalidate",
      operationId: "invalidateCache",
      tag: "cache",
      summary: "Make cached answers void",
      description:
        "In this process at once, in Redis when it is answered; other replicas hear of it within milliseconds. All that are named go; a tool beside a server is one of that server. A tag or key that is not known here is noted, and voided all the same.",
      access: { role: "operator", action: "invalidate cached answers" },
      body: invalidateCacheSchema,
      answers: { 200: { description: "Done.", schema: cacheInvalidatedSchema } },
      failures: ["unknown-server", "unknown-tool"],
    },
    async ({ body }) => {
      const named = Object.entries(body).filter(([, value]) => value !== undefined);
      const notes = await gateway.caches.invalidate(Object.fromEntries(named));
      return { status: "invalidated", ...(notes.length === 0 ? {} : { notes }) };
    },
  );
}
