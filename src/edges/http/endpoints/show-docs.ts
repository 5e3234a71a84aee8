import { createHash } from "node:crypto";
import { DOCS_STYLE, renderDocs } from "../docs-page.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import type { OpenApiDocument } from "../openapi.ts";

/** The API for people: one page without scripts, and without anything from elsewhere. */
export function showDocs(document: () => OpenApiDocument): Endpoint {
  let page: string | undefined;
  return endpoint(
    {
      method: "GET",
      path: "/docs",
      operationId: "showDocs",
      tag: "daemon",
      summary: "This API as a page to read",
      access: "open",
      answers: { 200: { description: "The page.", mediaType: "text/html" } },
      failures: [],
    },
    ({ reply }) => {
      page ??= renderDocs(document());
      return reply
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", contentSecurityPolicy())
        .send(page);
    },
  );
}

function contentSecurityPolicy(): string {
  const style = createHash("sha256").update(DOCS_STYLE).digest("base64");
  return [
    "default-src 'none'",
    `style-src 'sha256-${style}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
