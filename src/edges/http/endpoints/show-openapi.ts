import { endpoint, type Endpoint } from "../endpoint.ts";
import type { OpenApiDocument } from "../openapi.ts";

/** The API as an OpenAPI document, built when it is first asked for. */
export function showOpenApi(document: () => OpenApiDocument): Endpoint {
  let text: string | undefined;
  return endpoint(
    {
      method: "GET",
      path: "/openapi.json",
      operationId: "showOpenApi",
      tag: "daemon",
      summary: "This API as an OpenAPI 3.1 document",
      access: "open",
      answers: { 200: { description: "The document.", mediaType: "application/json" } },
      failures: [],
    },
    ({ reply }) => {
      text ??= JSON.stringify(document());
      return reply.header("content-type", "application/json; charset=utf-8").send(text);
    },
  );
}
