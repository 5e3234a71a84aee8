import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { ServerId } from "../../catalog/index.ts";
import { GatewayError } from "../../../kernel/errors.ts";

describe("a call that may write", () => {
  let world: CacheWorld;
  let gateway: Replica;

  beforeEach(() => {
    world = createCacheWorld({ users: { ttlMs: 60_000 }, files: { ttlMs: 60_000 } });
    gateway = world.replica();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("voids its server's entries, of all callers, and no other server's", async () => {
    await gateway.ask("users__get");
    await gateway.ask("users__list", { principal: principal("q") });
    await gateway.ask("files__get");
    await gateway.ask("users__set");
    expect(await gateway.ask("users__get")).toBe("v2 miss");
    expect(await gateway.ask("users__list", { principal: principal("q") })).toBe("v2 miss");
    expect(await gateway.ask("files__get")).toBe("v1 l1");
  });

  it("voids what it declares by tags instead, also of other servers", async () => {
    world.rules = {
      users: { ttlMs: 60_000, invalidates: ["crm"], tools: { list: { tags: ["crm"] } } },
      files: { ttlMs: 60_000, tags: ["crm", "disk"] },
    };
    for (const tool of ["users__get", "users__list", "files__get"]) await gateway.ask(tool);
    await gateway.ask("users__set");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(await gateway.ask("users__list")).toBe("v2 miss");
    expect(await gateway.ask("files__get")).toBe("v2 miss");
  });

  it("voids its whole server where it names only tags that no answer can have", async () => {
    world.rules = { users: { ttlMs: 60_000, invalidates: ["cmr"], tags: ["crm"] } };
    await gateway.ask("users__get");
    await gateway.ask("users__set");
    expect(await gateway.ask("users__get")).toBe("v2 miss");
  });

  it("keeps reads that overlap with it from being kept, whenever they began", async () => {
    world.delayMs = 100;
    const before = gateway.ask("users__get", { args: '{"n":1}' });
    await world.clock.advance(50);
    const write = gateway.ask("users__set");
    await world.clock.advance(10);
    const during = gateway.ask("users__get", { args: '{"n":2}' });
    await world.clock.advance(1_000);
    expect(await Promise.all([before, write, during])).toEqual([
      "v1 miss",
      "written none",
      "v1 miss",
    ]);
    world.delayMs = 0;
    expect(await gateway.ask("users__get", { args: '{"n":1}' })).toBe("v2 miss");
    expect(await gateway.ask("users__get", { args: '{"n":2}' })).toBe("v2 miss");
  });

  it("is never followed by what was before it, not even by a read that began before", async () => {
    world.delayMs = 100;
    const before = gateway.ask("users__get");
    await world.clock.advance(10);
    world.delayMs = 0;
    await gateway.ask("users__set");
    const after = gateway.ask("users__get");
    await world.clock.advance(200);
    expect(await Promise.all([before, after])).toEqual(["v1 miss", "v2 miss"]);
    expect(await gateway.ask("users__get")).toBe("v2 l1");
  });

  it.each([
    [
      "failed",
      async () => {
        throw new GatewayError("upstream-protocol", "broken", { server: "users", rpcCode: -32603 });
      },
    ],
    ["ended with isError", async () => textAnswer("half done", { isError: true })],
    [
      "ended in a bug",
      () => {
        throw new Error("bug");
      },
    ],
  ])("voids also when it %s", async (_, answer) => {
    await gateway.ask("users__get");
    const read = world.answer;
    world.answer = answer;
    await gateway.call("users__set");
    world.answer = read;
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("voids also when its caller leaves", async () => {
    const caller = new AbortController();
    await gateway.ask("users__get");
    world.delayMs = 100;
    const write = gateway.ask("users__set", { signal: caller.signal });
    await world.clock.advance(10);
    caller.abort();
    expect(await write).toBe("cancelled");
    await world.clock.advance(200);
    world.delayMs = 0;
    expect(await gateway.ask("users__get")).toBe("v2 miss");
  });

  it("is passed on when nothing is cached at all", async () => {
    const plain = world.replica({ options: { mode: "off" } });
    expect(await plain.ask("users__set")).toBe("written none");
    expect(await plain.ask("users__get")).toBe("v2 none");
    expect(await plain.ask("users__get")).toBe("v2 none");
  });

  it("is told as an event, at most one per second however many there are", async () => {
    for (let count = 0; count < 50; count++) await gateway.ask("users__set");
    expect(gateway.events).toEqual([
      { type: "cache.invalidated", data: { scopes: ["server:users"], count: 1 } },
    ]);
    await world.clock.advance(1_000);
    expect(gateway.events[1]?.data).toEqual({ scopes: ["server:users"], count: 99 });
    await world.clock.advance(5_000);
    expect(gateway.events).toHaveLength(2);
  });
});

describe("entries", () => {
  let world: CacheWorld;
  let gateway: Replica;

  beforeEach(() => {
    world = createCacheWorld({ users: { ttlMs: 60_000, tags: ["crm"] }, files: { ttlMs: 60_000 } });
    gateway = world.replica();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const fill = async (): Promise<void> => {
    for (const tool of ["users__get", "users__list", "files__get"]) await gateway.ask(tool);
  };
  const found = async (): Promise<string[]> => {
    const tools = ["users__get", "users__list", "files__get"];
    const answers = await Promise.all(tools.map((tool) => gateway.ask(tool, { cache: "only" })));
    return tools.filter((_, index) => answers[index]!.endsWith("l1"));
  };

  it.each([
    [{ server: "users" }, ["files__get"]],
    [{ tool: "users__get" }, ["users__list", "files__get"]],
    [{ server: "users", tool: "list" }, ["users__get", "files__get"]],
    [{ server: "users", tool: "users__list" }, ["users__get", "files__get"]],
    [{ tag: "crm" }, ["files__get"]],
    [{ tag: "nothing" }, ["users__get", "users__list", "files__get"]],
  ])("go as %j asks", async (request, left) => {
    await fill();
    await gateway.caches.invalidate(request);
    expect(await found()).toEqual(left);
  });

  it.each([
    [{ server: "user" }, /no server "user"\. Did you mean users\?/],
    [{ server: "us*", tag: "crm" }, /no server "us\*".*no globs/],
    [{ tool: "users__gett" }, /no tool "users__gett"\. Did you mean .*users__get/],
    [{ tool: "get" }, /no tool "get"\. Did you mean (?:users|files)__get/],
    [{ tool: "users__*" }, /no tool "users__\*".*no globs/],
    [{ server: "files", tool: "users__get" }, /server "files" has no tool .*files__get/],
  ])("stay when %j names what there is not, with what is like it", async (request, message) => {
    await fill();
    await expect(gateway.caches.invalidate(request)).rejects.toThrow(message);
    expect(await found()).toEqual(["users__get", "users__list", "files__get"]);
  });

  it("of a server that has told no tools yet may be named", async () => {
    world.catalog.replaceTools("users" as ServerId, []);
    expect(await gateway.caches.invalidate({ tool: "users__get" })).toEqual([]);
    expect(await gateway.caches.invalidate({ server: "users", tool: "get" })).toEqual([]);
    expect(gateway.events.at(0)?.data).toMatchObject({ scopes: ["tool:users__get"] });
    await expect(gateway.caches.invalidate({ tool: "users__*" })).rejects.toThrow(/no tool/);
  });

  it("go with a note where a tag or a key is not known here", async () => {
    await fill();
    const { key } = gateway.caches.explain(world.tool("users__get"), principal("p"));
    expect(await gateway.caches.invalidate({ tag: "crm", key: key! })).toEqual([]);
    expect(await gateway.caches.invalidate({ server: "files", tag: "cmr", key: key! })).toEqual([
      { member: "tag", message: 'No rule has the tag "cmr": nothing is kept under it here.' },
      { member: "key", message: expect.stringContaining("one caller") as string },
    ]);
    expect(await found()).toEqual([]);
  });

  it("are not kept under a key that was invalidated while they were asked for", async () => {
    const { key } = gateway.caches.explain(world.tool("users__get"), principal("p"));
    world.delayMs = 100;
    const asked = gateway.ask("users__get");
    await world.clock.advance(10);
    await gateway.caches.invalidate({ key: key! });
    await world.clock.advance(100);
    expect(await asked).toBe("v1 miss");
    world.delayMs = 0;
    expect(await gateway.ask("users__get")).toBe("v1 miss");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
  });

  it("go one by one by their key, which explain tells", async () => {
    await fill();
    const { key } = gateway.caches.explain(world.tool("users__get"), principal("p"));
    await gateway.caches.invalidate({ key: key! });
    expect(await found()).toEqual(["users__list", "files__get"]);
  });

  it("go by no request that names nothing", async () => {
    await expect(gateway.caches.invalidate({})).rejects.toThrow(/server, tool, tag and key/);
  });

  it("go when their server says that something has changed", async () => {
    await fill();
    gateway.caches.serverChanged(world.tool("users__get").server);
    expect(await found()).toEqual(["files__get"]);
  });

  it("take no memory any more when their tool has changed or is gone", async () => {
    await fill();
    const { server } = world.tool("users__get");
    world.catalog.replaceTools(server, [world.tool("users__list").definition]);
    expect(gateway.caches.stats().l1.entries).toBe(2);
    world.catalog.removeServer(server);
    expect(gateway.caches.stats().l1.entries).toBe(1);
  });
});
