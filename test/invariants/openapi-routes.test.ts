import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { NAMED_SCHEMAS } from "../../src/contract/index.ts";
import { toPattern } from "../../src/edges/http/register-endpoints.ts";
import { createTestEdge, type TestEdge } from "../support/http-edge.ts";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

async function documentOf(edge: TestEdge): Promise<Document> {
  return (await edge.get("/openapi.json")).json<Document>();
}

function operationsOf(document: Document): [method: string, path: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      method.toUpperCase(),
      url,
      operation,
    ]),
  );
}

describe("the OpenAPI document", () => {
  it("lists every route, and only routes that there are", async () => {
    const routes = new Set<string>();
    await using edge = createTestEdge();
    const document = await documentOf(edge);
    const listed = operationsOf(document);
    expect(listed.length).toBeGreaterThan(20);
    for (const [method, url] of listed) {
      expect(edge.app.hasRoute({ method, url: toPattern(url) })).toBe(true);
      routes.add(`${method} ${url}`);
    }
    const printed = edge.app.printRoutes({ commonPrefix: false });
    const patterns = new Set([...routes].map((route) => toPattern(route.split(" ")[1] ?? "")));
    expect(new Set(pathsPrinted(printed))).toEqual(patterns);
  });

  it("names every parameter of a path, and every operation once", async () => {
    await using edge = createTestEdge();
    const operations = operationsOf(await documentOf(edge));
    for (const [, url, { parameters }] of operations) {
      const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
      expect(url.match(/\{\w+\}/g) ?? []).toEqual(inPath);
    }
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("refers only to schemas that it has, and has none that nothing refers to", async () => {
    await using edge = createTestEdge();
    const document = await documentOf(edge);
    const text = JSON.stringify(document);
    const refs = text.match(/#\/components\/schemas\/\w+/g) ?? [];
    const referred = new Set(refs.map((ref) => ref.split("/").at(-1)));
    const names = new Set(Object.keys(document.components.schemas));
    expect(names).toEqual(new Set(Object.keys(NAMED_SCHEMAS)));
    expect(referred).toEqual(names);
  });

  it("holds schemas that a validator takes", async () => {
    await using edge = createTestEdge();
    const document = await documentOf(edge);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ ...document, $id: "openapi.json" });
    for (const name of Object.keys(document.components.schemas)) {
      const validate = ajv.compile({ $ref: `openapi.json#/components/schemas/${name}` });
      expect(validate).toBeTypeOf("function");
    }
  });

  it("answers every operation's failures with problems", async () => {
    await using edge = createTestEdge();
    for (const [, , { responses }] of operationsOf(await documentOf(edge))) {
      const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect(JSON.stringify(failures)).toContain("#/components/schemas/Problem");
    }
  });
});

describe("docs/api.md", () => {
  it("names every operation", async () => {
    const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/api.md"), "utf8");
    await using edge = createTestEdge();
    const missing = operationsOf(await documentOf(edge))
      .map(([method, url]) => `${method} ${url}`)
      .filter((route) => !text.includes(route));
    expect(missing).toEqual([]);
  });
});

/** The whole paths in fastify's tree of routes. */
function pathsPrinted(tree: string): string[] {
  const open: string[] = [];
  const paths: string[] = [];
  for (const line of tree.split("\n")) {
    const [, indent = "", part = "", methods] =
      /^([│ ]*)[├└]── ([^ ]+)(?: \((.+)\))?/.exec(line) ?? [];
    if (part === "") continue;
    open.length = indent.length / 4;
    open.push(part);
    if (methods !== undefined) paths.push(open.join(""));
  }
  return paths;
}
