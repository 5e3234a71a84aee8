import { createHash } from "node:crypto";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { nearestNames } from "../../../src/kernel/nearest-names.ts";
import { toRawJson } from "../../../src/kernel/raw-json.ts";
import type {
  Catalog,
  CatalogChange,
  CatalogServer,
  ServerId,
  Tool,
  ToolAnnotations,
  ToolId,
} from "../../../src/core/catalog/index.ts";

/** A tool as tests write it down. */
export interface FakeTool {
  readonly server: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
}

/** A catalogue whose tools tests set, and whose changes they tell. */
export interface FakeCatalog extends Catalog {
  setTools(tools: readonly FakeTool[]): void;
  emitChange(change: CatalogChange): void;
}

export function createFakeCatalog(initial: readonly FakeTool[]): FakeCatalog {
  const listeners = new Set<(change: CatalogChange) => void>();
  let version = 1;
  let tools = toTools(initial);
  const serversOf = (): CatalogServer[] =>
    [...new Set(tools.map((tool) => tool.server))].map((id) => ({ id, tags: [] }));

  return {
    get version() {
      return version;
    },
    get size() {
      return tools.length;
    },
    tool: (id) => tools.find((tool) => tool.id === id),
    toolByName: (server, name) =>
      tools.find((tool) => tool.server === server && tool.name === name),
    tools: () => tools,
    toolsOf: (server) => tools.filter((tool) => tool.server === server),
    server: (id) => serversOf().find((server) => server.id === id),
    servers: serversOf,
    nearest(wanted, isVisible) {
      const ids = tools.filter(isVisible).map((tool) => tool.id);
      return nearestNames(wanted, ids) as ToolId[];
    },
    setServer: unsupported,
    removeServer: unsupported,
    replaceTools: unsupported,
    addFlag: unsupported,
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    setTools(next) {
      version += 1;
      tools = toTools(next);
    },
    emitChange(change) {
      for (const listener of listeners) listener(change);
    },
  };
}

function toTools(tools: readonly FakeTool[]): Tool[] {
  return tools
    .map(toTool)
    .toSorted((a, b) =>
      a.server === b.server ? compare(a.name, b.name) : compare(a.server, b.server),
    );
}

function unsupported(): never {
  throw new Error("the fake catalogue takes tools by setTools");
}

/** A tool as the catalogue holds it. */
export function toTool(fake: FakeTool): Tool {
  const { server, name, inputSchema = { type: "object" }, ...rest } = fake;
  const definition = toRawJson({ name, ...rest, inputSchema });
  return {
    ...rest,
    id: `${server}__${name}` as ToolId,
    server: server as ServerId,
    name,
    inputSchema,
    readOnly: fake.annotations?.readOnlyHint === true,
    flags: [],
    definition,
    fingerprint: createHash("sha256").update(definition.bytes).digest("hex"),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
