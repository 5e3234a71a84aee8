import { assert, property, shuffledSubarray } from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createSilentLogger } from "../../kernel/log.ts";
import { rawJson, toRawJson, type RawJson } from "../../kernel/raw-json.ts";
import { createSilentMetrics } from "../metrics/index.ts";
import type { Catalog, CatalogChange, CatalogServerSettings } from "./catalog.ts";
import { createCatalog } from "./create-catalog.ts";
import { parseServerId, type ServerId } from "./ids.ts";
import { CATALOG_DEFAULTS, type CatalogOptions } from "./options.ts";

const alpha = parseServerId("alpha")!;
const beta = parseServerId("beta")!;
const OPEN: CatalogServerSettings = { tags: [], allow: [], deny: [] };

const all = (): boolean => true;
const define = (name: string, more: object = {}): RawJson =>
  toRawJson({ name, inputSchema: { type: "object" }, ...more });
const newCatalog = (options: Partial<CatalogOptions> = {}): Catalog =>
  createCatalog(
    { ...CATALOG_DEFAULTS, ...options },
    { log: createSilentLogger(), metrics: createSilentMetrics() },
  );
const idsOf = (catalog: Catalog): string[] => catalog.tools().map((tool) => tool.id);

/** A change in short: `+id`, `~id`, `-id`. */
function brief(change: CatalogChange): string[] {
  return [
    ...change.added.map((tool) => `+${tool.id}`),
    ...change.changed.map((tool) => `~${tool.id}`),
    ...change.removed.map((tool) => `-${tool.id}`),
  ];
}

describe("the catalogue", () => {
  let catalog: Catalog;
  let changes: CatalogChange[];

  beforeEach(() => {
    catalog = newCatalog();
    changes = [];
    catalog.setServer(beta, { ...OPEN, description: "Second", tags: ["b"] });
    catalog.setServer(alpha, OPEN);
    catalog.onChange((change) => changes.push(change));
  });

  it("lists tools by server, then by upstream name, whatever came first", () => {
    catalog.replaceTools(beta, [define("z"), define("a")]);
    catalog.replaceTools(alpha, [define("m"), define("B"), define("b")]);
    expect(idsOf(catalog)).toEqual(["alpha__B", "alpha__b", "alpha__m", "beta__a", "beta__z"]);
    expect(catalog.size).toBe(5);
    expect(catalog.tools()).toBe(catalog.tools());
    expect(catalog.toolsOf(beta)).toBe(catalog.toolsOf(beta));
    expect(catalog.tool("alpha__m")).toBe(catalog.toolByName(alpha, "m"));
    expect(catalog.tool("alpha__M")).toBeUndefined();
  });

  it("tells changes as diffs, and says nothing when nothing changed", () => {
    catalog.replaceTools(alpha, [define("a"), define("b")]);
    const [a] = catalog.toolsOf(alpha);
    const { version } = catalog;
    catalog.replaceTools(alpha, [define("b"), define("a")]);
    expect(catalog.version).toBe(version);
    catalog.replaceTools(alpha, [define("a"), define("b", { description: "new" }), define("c")]);
    catalog.replaceTools(alpha, [define("a")]);
    expect(changes.map(brief)).toEqual([
      ["+alpha__a", "+alpha__b"],
      ["+alpha__c", "~alpha__b"],
      ["-alpha__b", "-alpha__c"],
    ]);
    expect(catalog.tool("alpha__a")).toBe(a);
    expect(catalog.version).toBe(version + 2);
  });

  it("takes up what the server's globs allow, and filters anew when they change", () => {
    catalog.setServer(alpha, { ...OPEN, allow: ["get_*", "list"], deny: ["*_secret"] });
    catalog.replaceTools(
      alpha,
      ["get_a", "get_secret", "list", "drop"].map((name) => define(name)),
    );
    expect(idsOf(catalog)).toEqual(["alpha__get_a", "alpha__list"]);
    catalog.setServer(alpha, { ...OPEN, deny: ["list"] });
    expect(idsOf(catalog)).toEqual(["alpha__drop", "alpha__get_a", "alpha__get_secret"]);
    expect(changes.slice(-1).map(brief)).toEqual([
      ["+alpha__drop", "+alpha__get_secret", "-alpha__list"],
    ]);
  });

  it("tells what is known of servers, in order, and when the words change", () => {
    expect(catalog.servers()).toEqual([
      { id: "alpha", tags: [] },
      { id: "beta", description: "Second", tags: ["b"] },
    ]);
    catalog.replaceTools(beta, [], "Upstream's own words");
    catalog.setServer(beta, OPEN);
    expect(catalog.server(beta)).toEqual({
      id: "beta",
      tags: [],
      upstreamSummary: "Upstream's own words",
    });
    expect(changes).toHaveLength(2);
  });

  it("forgets a server with its tools, and no longer takes up its lists", () => {
    catalog.replaceTools(alpha, [define("a")]);
    catalog.removeServer(alpha);
    const late = catalog.replaceTools(alpha, [define("a")]);
    expect(late.rejected).toEqual([
      { name: "(all)", reason: 'no server "alpha" has been declared' },
    ]);
    expect(catalog.size).toBe(0);
    expect(catalog.server(alpha)).toBeUndefined();
    expect(brief(changes.at(-1)!)).toEqual(["-alpha__a"]);
  });

  it("leaves out what cannot be a tool and says why, without spoiling the rest", () => {
    const { rejected } = catalog.replaceTools(alpha, [
      define("a", { description: "first" }),
      rawJson(Buffer.from('{"name":')),
      toRawJson({ description: "nameless" }),
      define("a", { description: "second" }),
      define("b"),
    ]);
    expect(rejected.map((entry) => entry.name)).toEqual(["(unreadable)", "(unnamed)", "a"]);
    expect(rejected.at(-1)?.reason).toBe("an earlier tool has the same name");
    expect(catalog.tool("alpha__a")?.description).toBe("first");
    expect(catalog.size).toBe(2);
  });

  it("bounds the number of tools of a server", () => {
    const small = newCatalog({ maxToolsPerServer: 2 });
    small.setServer(alpha, OPEN);
    const { rejected } = small.replaceTools(
      alpha,
      ["a", "b", "c", "d"].map((name) => define(name)),
    );
    expect(idsOf(small)).toEqual(["alpha__a", "alpha__b"]);
    expect(rejected).toEqual([
      { name: "(too many)", reason: "a server may have 2 tools, 2 more were listed" },
    ]);
  });

  it("names the nearest visible tools", () => {
    const names = ["search_users", "get_user_by_id", "delete_user"];
    catalog.replaceTools(
      alpha,
      names.map((name) => define(name)),
    );
    catalog.replaceTools(beta, [define("search_code")]);
    expect(catalog.nearest("search_user", all)[0]).toBe("alpha__search_users");
    expect(catalog.nearest("alpha__serch_users", all)[0]).toBe("alpha__search_users");
    expect(catalog.nearest("Search-Users", all)[0]).toBe("alpha__search_users");
    expect(catalog.nearest("searchusers", (tool) => tool.server === beta)).not.toContain(
      "alpha__search_users",
    );
    expect(catalog.nearest("qqqqqqqqqqqq", all)).toEqual([]);
  });

  it("keeps a flag found later, also when the same list comes again", () => {
    catalog.replaceTools(alpha, [define("a"), define("b")]);
    const tool = catalog.tool("alpha__a")!;
    catalog.addFlag(tool, "schema-uncompilable");
    catalog.addFlag(tool, "schema-uncompilable");
    catalog.replaceTools(alpha, [define("a"), define("b")]);
    expect(catalog.tool("alpha__a")?.flags).toEqual(["schema-uncompilable"]);
    expect(changes.map(brief)).toEqual([["+alpha__a", "+alpha__b"], ["~alpha__a"]]);
    catalog.replaceTools(alpha, [define("a", { description: "mended" }), define("b")]);
    expect(catalog.tool("alpha__a")?.flags).toEqual([]);
  });

  it("survives a listener that throws", () => {
    catalog.onChange(() => {
      throw new Error("listener");
    });
    const heard: string[] = [];
    catalog.onChange((change) => heard.push(change.server));
    catalog.replaceTools(alpha, [define("a")]);
    expect(heard).toEqual(["alpha"]);
  });
});

describe("shortened ids in the catalogue", () => {
  it("leave the full name as an alias", () => {
    const catalog = newCatalog();
    catalog.setServer(alpha, OPEN);
    catalog.replaceTools(alpha, [define("odd name.v2"), define("plain")]);
    const tool = catalog.toolByName(alpha, "odd name.v2")!;
    expect(tool.id).not.toBe("alpha__odd name.v2");
    expect(catalog.tool(tool.id)).toBe(tool);
    expect(catalog.tool("alpha__odd name.v2")).toBe(tool);
    expect(catalog.tool("odd name.v2")).toBeUndefined();
    expect(catalog.tool("beta__odd name.v2")).toBeUndefined();
  });

  it("are flagged, and the same in whatever order servers arrive", () => {
    const lists: [string, string[]][] = [
      ["a", ["_b", "plain", "odd.name", "odd name", "x".repeat(90)]],
      ["a_", ["b", "odd.name"]],
      ["a-b", ["odd.name", "odd_name_00000000"]],
    ];
    const build = (order: typeof lists): Catalog => {
      const catalog = newCatalog({ maxToolNameLength: 16 });
      for (const [server, names] of order) {
        catalog.setServer(server as ServerId, OPEN);
        catalog.replaceTools(
          server as ServerId,
          names.map((name) => define(name)),
        );
      }
      return catalog;
    };
    const expected = idsOf(build(lists));
    expect(new Set(expected).size).toBe(9);
    const renamed = build(lists)
      .tools()
      .filter((tool) => tool.flags.includes("renamed"));
    expect(renamed.map((tool) => tool.id).every((id) => /_[0-9a-f]{8}$/.test(id))).toBe(true);
    expect(renamed).toHaveLength(7);
    assert(
      property(shuffledSubarray(lists, { minLength: 3 }), (order) => {
        expect(idsOf(build(order))).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });
});
