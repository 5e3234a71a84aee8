import { describe, expect, it } from "vitest";
import { createCacheWorld } from "../../../../test/support/cache-world.ts";
import { toTool, type FakeTool } from "../../../../test/support/fakes/fake-catalog.ts";
import type { ServerId } from "../../catalog/index.ts";
import type { ServerCacheRules } from "../options.ts";
import { judgeRules } from "./judge-rules.ts";

const reads = { readOnlyHint: true };
const inputSchema = { type: "object", properties: { name: {}, request_id: {} } };
const TOOLS: readonly FakeTool[] = [
  { server: "users", name: "search_users", annotations: reads, inputSchema },
  { server: "users", name: "get_user", annotations: reads, inputSchema },
  { server: "users", name: "add_user" },
];

function told(rules: ServerCacheRules, tools = TOOLS, tags: readonly string[] = []): string[] {
  const judged = { server: "users", rules, tools: tools.map(toTool), knownTags: new Set(tags) };
  return judgeRules(judged).map(({ message }) => message);
}

describe("cache rules", () => {
  it("draw no remark where all fit, or where the tools are not known", () => {
    const rules: ServerCacheRules = {
      ttlMs: 1_000,
      tags: ["people"],
      ignoreArguments: ["request_id"],
      tools: { "get_*": { ttlMs: 0 }, add_user: { invalidates: ["people"] } },
    };
    expect(told(rules, TOOLS, ["people"])).toEqual([]);
    expect(told({ tools: { nothing: {} }, invalidates: ["x"] }, [])).toEqual([]);
  });

  it.each([
    ["users__search_users", /fits none.*"search_users", without the prefix/],
    ["users__get_*", /fits none.*"get_\*", without the prefix/],
    ["serch_users", /fits none of its tools\. Did you mean search_users\?/],
    ["zzzzzzzz", /fits none of its tools\.$/],
  ])("that fit no tool are told, and what was meant: %s", (glob, message) => {
    expect(told({ tools: { [glob]: { ttlMs: 1 } } })).toEqual([expect.stringMatching(message)]);
  });

  it("that stand behind a wider glob are told", () => {
    const remarks = told({ tools: { "*": { ttlMs: 1 }, get_user: { ttlMs: 2 } } });
    expect(remarks).toEqual([expect.stringMatching(/get_user.*globs above it/)]);
  });

  it("that void tags that nothing has are told, and what happens instead", () => {
    const rules = { tools: { add_user: { invalidates: ["peeple"] } } };
    expect(told(rules, TOOLS, ["people"])).toEqual([
      expect.stringMatching(
        /tools\.add_user\.invalidates.*"peeple".*instead\. Did you mean people/,
      ),
    ]);
    const two = { tools: { add_user: { invalidates: ["peeple", "crm"] } } };
    expect(told(two, TOOLS, ["crm"])).toEqual([expect.stringMatching(/only what has the other/)]);
  });

  it("that give a time to live to tools that may write are told", () => {
    const rules = { tools: { add_user: { ttlMs: 5 } } };
    expect(told(rules)).toEqual([
      expect.stringMatching(
        /tools\.add_user\.ttlMs of server "users" has no effect: "users__add_user" may write/,
      ),
    ]);
    expect(told({ ttlMs: 5, tools: { add_user: { ttlMs: 0 } } })).toEqual([]);
  });

  it("that ignore arguments which no tool has are told, unless a schema may know more", () => {
    const rules = { ignoreArguments: ["requestId", "x_trace"] };
    expect(told(rules)).toEqual([
      expect.stringMatching(
        /"requestId".*no argument of any of its tools\. Did you mean request_id/,
      ),
      expect.stringMatching(/"x_trace"/),
    ]);
    const open = { ...TOOLS[0]!, inputSchema: { ...inputSchema, allOf: [] } };
    expect(told(rules, [...TOOLS, open])).toEqual([]);
  });
});

describe("the log", () => {
  it("tells each remark once, after a pause, until it is mended and made again", async () => {
    await using world = createCacheWorld({ users: { tools: { users__get: { ttlMs: 1 } } } });
    const { caches, log } = world.replica();
    const warnings = (): number => log.lines.filter(({ level }) => level === "warn").length;
    expect(warnings()).toBe(0);
    await world.clock.advance(5_000);
    expect(warnings()).toBe(1);
    caches.rulesChanged();
    world.catalog.setServer("users" as ServerId, { tags: ["x"], allow: [], deny: [] });
    await world.clock.advance(5_000);
    expect(warnings()).toBe(1);
    const before = world.rules;
    for (const rules of [{ users: { tools: { get: { ttlMs: 1 } } } }, before]) {
      world.rules = rules;
      caches.rulesChanged();
      await world.clock.advance(5_000);
    }
    expect(warnings()).toBe(2);
    expect(caches.remarks()).toMatchObject([
      { server: "users", setting: "cache.tools.users__get" },
    ]);
  });
});
