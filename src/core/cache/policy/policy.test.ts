import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
} from "../../../../test/support/cache-world.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { CachePolicy } from "../caches.ts";
import type { CacheDefaultMode, ServerCacheRules } from "../options.ts";
import { rulesForTool } from "./rules-for-tool.ts";

describe("the policy of a tool", () => {
  let world: CacheWorld;
  beforeEach(() => {
    world = createCacheWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const policyOf = (
    tool: string,
    rules?: ServerCacheRules,
    mode?: CacheDefaultMode,
  ): CachePolicy => {
    if (rules !== undefined) world.rules = { users: rules };
    const { caches } = world.replica({ options: { ...(mode && { mode }) } });
    return caches.policy(world.tool(tool));
  };

  it("caches by default what the configuration gives a time to, and says so", () => {
    expect(policyOf("users__get", { ttlMs: 5_000 })).toEqual({
      cached: true,
      why: 'The configuration of server "users" sets cache.ttlMs to 5000.',
      ttlMs: 5_000,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 86_400_000,
      scope: "identity",
      tags: [],
      ignoreArguments: [],
      vary: [],
      invalidates: [],
    });
    const { cached, why } = policyOf("files__get");
    expect(cached).toBe(false);
    expect(why).toMatch(/"declared".*cache\.ttlMs for server "files".*"readonly"/);
  });

  it.each([
    ["users__set", { ttlMs: 5_000 }, "readonly", /readOnlyHint/],
    ["users__get", { ttlMs: 0 }, "readonly", /cache\.ttlMs to 0/],
    ["users__get", { ttlMs: 5_000 }, "off", /cache\.mode is "off"/],
    [
      "users__get",
      { ttlMs: 1, tags: Array.from({ length: 15 }, (_, at) => `t${at}`) },
      "declared",
      /15 cache\.tags; 14/,
    ],
  ] as const)("never caches %s under %j and mode %s", (...[tool, rules, mode, why]) => {
    const policy = policyOf(tool, rules, mode);
    expect(policy).toMatchObject({ cached: false, why: expect.stringMatching(why) as string });
  });

  it("caches every read-only tool in mode readonly, and those of no server of their own never", () => {
    expect(policyOf("users__get", {}, "readonly")).toMatchObject({ cached: true, ttlMs: 60_000 });
    world.spec = undefined as never;
    expect(policyOf("users__get", {}, "readonly").cached).toBe(false);
  });

  it("keeps answers to their callers where a server's isolation tells these apart", () => {
    for (const isolation of ["session", "principal"] as const) {
      world.spec = { ...world.spec, isolation };
      const { scope, why } = policyOf("users__get", { ttlMs: 1, scope: "public" });
      expect(scope).toBe("identity");
      expect(why).toMatch(new RegExp(`isolation is "${isolation}"`));
    }
    world.spec = { ...world.spec, isolation: "shared" };
    expect(policyOf("users__get", { ttlMs: 1, scope: "public" }).scope).toBe("public");
  });

  it("says what a call of a tool that may write invalidates", () => {
    expect(policyOf("users__set", {}).invalidates).toEqual(["server:users"]);
    const tools = { get: { tags: ["a"] } };
    expect(policyOf("users__set", { invalidates: ["a", "a", "b"], tools }).invalidates).toEqual([
      "tag:a",
      "tag:b",
    ]);
    expect(policyOf("users__set", { invalidates: [] }).invalidates).toEqual([]);
    expect(policyOf("users__get", { invalidates: ["a"] }).invalidates).toEqual([]);
  });

  it("voids the whole server where no answer could be kept under the tags that a write names", () => {
    const whole = ["server:users", "tag:peeple"];
    const invalidates = ["peeple"];
    expect(policyOf("users__set", { invalidates }).invalidates).toEqual(whole);
    const onWriter = { invalidates, tools: { set: { tags: invalidates } } };
    expect(policyOf("users__set", onWriter).invalidates).toEqual(whole);
    expect(policyOf("users__set", { invalidates, tags: ["people"] }).notes).toEqual([
      'cache.invalidates of server "users" names "peeple", which no tool that only reads has among its tags: calls void all answers of the server instead. Did you mean people?',
    ]);
  });

  it("names the setting that decides", () => {
    const rules = { ttlMs: 1, tools: { "g*": { ttlMs: 2 }, list: { scope: "tenant" as const } } };
    expect(policyOf("users__get", rules).why).toContain("sets cache.tools.g*.ttlMs to 2.");
    expect(policyOf("users__list", rules).why).toContain("sets cache.ttlMs to 1.");
    expect(policyOf("users__get", { tools: { get: { ttlMs: 0 } } }).why).toContain(
      "sets cache.tools.get.ttlMs to 0.",
    );
  });

  it("says of composites that the calls inside them are cached and void", () => {
    world.spec = undefined as never;
    expect(policyOf("users__set", {}).why).toMatch(/composite.*calls inside it.*void/);
  });

  it("is decided anew when the rules or the server's configuration are others", () => {
    const { caches } = world.replica();
    const tool = world.tool("users__get");
    expect(caches.policy(tool).cached).toBe(false);
    world.rules = { users: { ttlMs: 1 } };
    expect(caches.policy(tool).cached).toBe(true);
    const { key } = caches.explain(tool, principal("p"));
    world.rules = { users: { ttlMs: 2 } };
    expect(caches.explain(tool, principal("p")).key).not.toBe(key);
  });

  it("tells the semantic cache's settings only where there is one", () => {
    expect(
      policyOf("users__get", { ttlMs: 1, semantic: { enabled: true } }).semantic,
    ).toBeUndefined();
  });
});

describe("rules for a tool", () => {
  const rules: ServerCacheRules = {
    ttlMs: 1,
    scope: "tenant",
    semantic: { enabled: true },
    tools: {
      "get_*": { ttlMs: 2, semantic: { threshold: 0.9 } },
      get_user: { ttlMs: 3 },
      list: { scope: "public" },
    },
  };

  it("are the first that fit, and the server's own for the rest", () => {
    const semantic = { enabled: true };
    expect(rulesForTool(rules, "get_user")).toEqual({
      ttlMs: 2,
      scope: "tenant",
      semantic: { enabled: true, threshold: 0.9 },
    });
    expect(rulesForTool(rules, "list")).toEqual({ ttlMs: 1, scope: "public", semantic });
    expect(rulesForTool(rules, "other")).toEqual({ ttlMs: 1, scope: "tenant", semantic });
    expect(rulesForTool(undefined, "other")).toEqual({});
  });
});

describe("a time to live that a server tells with an answer", () => {
  let world: CacheWorld;
  beforeEach(() => {
    world = createCacheWorld();
    world.answer = async () => textAnswer(`v${world.version}`, { ttlMs: 1_000 });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("makes its tool a cached one from that answer on", async () => {
    const gateway = world.replica();
    expect(await gateway.ask("users__get")).toBe("v1 none");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(gateway.caches.policy(world.tool("users__get"))).toMatchObject({
      cached: true,
      why: expect.stringMatching(/ttlMs/) as string,
    });
    await world.clock.advance(1_000);
    expect(await gateway.ask("users__get")).toBe("v1 miss");
    world.answer = async () => textAnswer("without");
    await world.clock.advance(1_000);
    await gateway.ask("users__get");
    expect(await gateway.ask("users__get")).toBe("without miss");
  });

  it("counts against the configuration's where it is shorter, and instead of the mode's", async () => {
    world.rules = { users: { ttlMs: 10_000 }, files: { ttlMs: 500 } };
    const gateway = world.replica({ options: { mode: "readonly" } });
    for (const tool of ["users__get", "files__get"]) await gateway.ask(tool);
    await world.clock.advance(600);
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(await gateway.ask("files__get")).toBe("v1 miss");
    world.rules = {};
    await gateway.ask("users__get");
    await world.clock.advance(1_000);
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("does not let answers be shared that are private", async () => {
    world.rules = { users: { ttlMs: 10_000, scope: "tenant" } };
    const gateway = world.replica();
    const asAnother = { principal: principal("q") };
    for (const [cacheScope, expected] of [
      ["private", "v1 miss"],
      ["odd", "v1 miss"],
      ["public", "v1 l1"],
    ] as const) {
      world.answer = async () => textAnswer("v1", { cacheScope });
      await gateway.ask("users__get");
      expect(await gateway.ask("users__get", asAnother)).toBe(expected);
    }
  });

  it("is not taken from an answer that was asked for before a write, or is none", async () => {
    const gateway = world.replica();
    world.answer = async () => textAnswer("no", { ttlMs: 1_000, isError: true });
    await gateway.ask("users__get");
    expect(gateway.caches.policy(world.tool("users__get")).cached).toBe(false);
    world.answer = async ({ tool }) => {
      if (tool === "get") await new Promise<void>((done) => world.clock.after(100, done));
      return textAnswer("v1", { ttlMs: 1_000 });
    };
    const read = gateway.ask("users__get");
    await world.clock.advance(10);
    await gateway.ask("users__set");
    await world.clock.advance(100);
    await read;
    expect(gateway.caches.policy(world.tool("users__get")).cached).toBe(true);
    expect(await gateway.ask("users__get", { cache: "only" })).toBe("not-cached miss");
  });
});
