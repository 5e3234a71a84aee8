import { readResultQuerySchema, resultPageSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** A piece of a stored result. */
export function readResult({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/results/{handle}",
      operationId: "readResult",
      tag: "results",
      summary: "Read a stored large result",
      description: "Only the caller whose call made it can read a result.",
      access: "agent",
      query: readResultQuerySchema,
      answers: { 200: { description: "A piece of it.", schema: resultPageSchema } },
      failures: ["unknown-result"],
    },
    ({ params, query, principal }) =>
      gateway.results.read(params.handle, withoutUndefined(query), principal),
  );
}

function withoutUndefined(query: {
  offset?: number | undefined;
  limit?: number | undefined;
  path?: string | undefined;
}): { offset?: number; limit?: number; path?: string } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}
