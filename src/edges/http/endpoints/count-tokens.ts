import { tokenReportSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** What the catalogue would cost a model's context, and what it costs through the gateway. */
export function countTokens({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/tokens",
      operationId: "countTokens",
      tag: "daemon",
      summary: "What the catalogue would cost a model's context",
      access: { role: "operator", action: "count the catalogue's tokens" },
      answers: { 200: { description: "Tokens in all and by server.", schema: tokenReportSchema } },
      failures: [],
    },
    async ({ gone }) => {
      return await gateway.tokens.report(gone());
    },
  );
}
