import { cacheSuggestionsSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Tools that might well be cached, with the evidence. */
export function suggestCache({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/cache/suggestions",
      operationId: "suggestCache",
      tag: "cache",
      summary: "Which tools might well be cached",
      access: { role: "operator", action: "see what the caches would save" },
      answers: {
        200: { description: "The most promising first.", schema: cacheSuggestionsSchema },
      },
      failures: [],
    },
    () => ({ suggestions: gateway.caches.suggest() }),
  );
}
