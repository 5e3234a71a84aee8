import type { OpenApiDocument, Operation, Parameter } from "./openapi.ts";
import { PROBLEM_KINDS } from "./status-codes.ts";

/** The page's only style sheet; the answer's content security policy names its hash. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; }
section { border-top: 1px solid #8884; padding: .5rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .75rem; background: #8881; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; }
.method { font-weight: 700; }
.role { opacity: .7; }
`;

/** Writes the document as one HTML page that needs nothing else. */
export function renderDocs(document: OpenApiDocument): string {
  const { title, version, description } = document.info;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => renderOperation(method, path, operation)),
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)} API</title><style>${DOCS_STYLE}</style></head><body>`,
    `<h1>${escape(title)} API</h1><p>Version ${escape(version)}. ${escape(description)}</p>`,
    '<p>For programs: <a href="/openapi.json">/openapi.json</a>. ',
    '<a href="#problems">Problems</a>, <a href="#schemas">schemas</a>.</p>',
    "<h2>Operations</h2>",
    ...operations,
    '<h2 id="problems">Problems</h2>',
    renderProblems(),
    '<h2 id="schemas">Schemas</h2>',
    ...renderSchemas(document.components["schemas"] ?? {}),
    "</body></html>\n",
  ].join("\n");
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters, requestBody, responses } = operation;
  const role = operation["x-required-role"];
  return [
    `<section id="${escape(operation.operationId)}">`,
    `<h3><span class="method">${escape(method.toUpperCase())}</span> <code>${escape(path)}</code></h3>`,
    `<p>${escape(summary)}.${description === undefined ? "" : ` ${escape(description)}`}`,
    typeof role === "string"
      ? ` <span class="role">Needs role ${escape(role)}.</span></p>`
      : "</p>",
    parameters.length === 0 ? "" : table(parameters.map(renderParameter)),
    requestBody === undefined ? "" : `<p>Body: ${linkToSchema(requestBody)}</p>`,
    table(
      Object.entries(responses).map(([status, response]) => [
        `<code>${escape(status)}</code>`,
        `${escape(String(response["description"]))} ${linkToSchema(response)}`,
      ]),
    ),
    "</section>",
  ].join("\n");
}

function renderParameter({ name, in: place, description = "", schema }: Parameter): string[] {
  const about = place === "path" ? "" : `<code>${escape(JSON.stringify(schema))}</code>`;
  return [`<code>${escape(name)}</code> (${place})`, `${escape(description)} ${about}`];
}

function renderProblems(): string {
  return table(
    Object.entries(PROBLEM_KINDS).map(([code, { status, title }]) => [
      `<code id="error-${escape(code)}">${escape(code)}</code>`,
      `${status}`,
      escape(title),
    ]),
  );
}

function renderSchemas(schemas: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(schemas).map(
    ([name, schema]) =>
      `<section id="schema-${escape(name)}"><h3>${escape(name)}</h3>` +
      `<pre>${escape(JSON.stringify(schema, null, 2))}</pre></section>`,
  );
}

/** A link to the first named schema that a part of the document refers to. */
function linkToSchema(part: unknown): string {
  const name = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(part))?.[1];
  return name === undefined ? "" : `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`);
  return `<table>${lines.join("")}</table>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
