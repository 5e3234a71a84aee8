import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { makeCall } from "../../../../test/support/fakes/call-fixture.ts";
import {
  createFakeSharedStore,
  type FakeSharedCache,
  type FakeSharedStore,
} from "../../../../test/support/fakes/fake-shared-cache.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";

describe("two replicas on one shared cache", () => {
  let world: CacheWorld;
  let store: FakeSharedStore;
  let shared: [FakeSharedCache, FakeSharedCache];
  let one: Replica;
  let other: Replica;

  beforeEach(() => {
    world = createCacheWorld({ users: { ttlMs: 60_000 }, files: { ttlMs: 60_000 } });
    store = createFakeSharedStore(world.clock);
    shared = [store.connect(), store.connect()];
    [one, other] = [world.replica({ shared: shared[0] }), world.replica({ shared: shared[1] })];
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("answer what either has been answered, and then from memory", async () => {
    expect(await one.ask("users__get")).toBe("v1 miss");
    await world.clock.advance(500);
    const outcome = await other.call("users__get");
    expect(outcome.meta).toMatchObject({ cache: "l2", attempts: 0, cacheHit: { ageMs: 500 } });
    expect(await other.ask("users__get")).toBe("v1 l1");
    expect(world.asked).toHaveLength(1);
    expect(other.caches.stats().l2).toMatchObject({ hits: 1, misses: 0, state: "ready" });
  });

  it("never answer one caller with what another was answered", async () => {
    await one.ask("users__get");
    expect(await other.ask("users__get", { principal: principal("q") })).toBe("v1 miss");
    const elsewhere = principal("p", { tenant: "t" });
    expect(await other.ask("users__get", { principal: elsewhere })).toBe("v1 miss");
  });

  it("need one round trip to look a call up", async () => {
    await one.ask("users__get");
    await other.ask("users__get");
    expect(shared[1].asked).toMatchObject({ reads: 1, leases: 0, writes: 0 });
  });

  it("make one call of a hundred that are equal, over both", async () => {
    world.delayMs = 100;
    const asked = Array.from({ length: 100 }, (_, index) =>
      (index % 2 ? one : other).ask("users__get"),
    );
    await world.clock.advance(500);
    const answers = await Promise.all(asked);
    expect(new Set(answers.map((answer) => answer.split(" ")[0]))).toEqual(new Set(["v1"]));
    expect(world.asked).toHaveLength(1);
    expect(shared[0].asked.reads + shared[1].asked.reads).toBeLessThan(10);
  });

  it("make one call for callers of a tenant that share answers", async () => {
    world.rules = { users: { ttlMs: 60_000, scope: "tenant" } };
    world.delayMs = 100;
    const asked = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? one : other).ask("users__get", { principal: principal(`p${index}`) }),
    );
    await world.clock.advance(500);
    await Promise.all(asked);
    expect(world.asked).toHaveLength(1);
  });

  it("do not wait for each other longer than they may", async () => {
    world.delayMs = 30_000;
    const leader = one.ask("users__get");
    await world.clock.advance(1);
    const follower = other.ask("users__get");
    const hurried = other.ask("users__list", { timeoutMs: 8_000 });
    await world.clock.advance(1);
    expect(world.asked.map(({ tool }) => tool)).toEqual(["get", "list"]);
    await world.clock.advance(10_000);
    expect(world.asked.map(({ tool }) => tool)).toEqual(["get", "list", "get"]);
    await world.clock.advance(60_000);
    expect(await Promise.all([leader, follower, hurried])).toEqual([
      "v1 miss",
      "v1 miss",
      "deadline-exceeded miss",
    ]);
  });

  it("leave half of a caller's time for its own call", async () => {
    world.delayMs = 7_000;
    const leader = one.ask("users__get");
    await world.clock.advance(1);
    world.delayMs = 100;
    const hurried = other.ask("users__get", { timeoutMs: 4_000 });
    await world.clock.advance(2_200);
    expect(await hurried).toBe("v1 miss");
    await world.clock.advance(7_000);
    await leader;
  });

  it("go on without the call of a replica whose answer may not be kept", async () => {
    world.delayMs = 100;
    const answer = world.answer;
    world.answer = async (request, signal) => {
      await answer(request, signal);
      return textAnswer("no", { isError: true });
    };
    const asked = [one.ask("users__get"), other.ask("users__get")];
    await world.clock.advance(500);
    expect(await Promise.all(asked)).toEqual(["no miss", "no miss"]);
    expect(world.asked).toHaveLength(2);
  });

  it("see each other's writes at once, in memory and in the shared cache", async () => {
    for (const replica of [one, other]) await replica.ask("users__get");
    await one.ask("users__set");
    expect(await other.ask("users__get")).toBe("v2 miss");
    expect(await one.ask("users__get")).toBe("v2 l2");
  });

  it("keep nothing that was asked for before a write through the other ended", async () => {
    world.delayMs = 100;
    const read = other.ask("users__get");
    await world.clock.advance(50);
    world.delayMs = 0;
    await one.ask("users__set");
    await world.clock.advance(100);
    expect(await read).toBe("v1 miss");
    expect(await other.ask("users__get")).toBe("v2 miss");
    expect(await one.ask("users__get")).toBe("v2 l2");
  });

  it("invalidate each other's entries, also one by its key", async () => {
    const { key } = one.caches.explain(world.tool("users__get"), principal("p"));
    for (const replica of [one, other]) await replica.ask("users__get");
    await one.caches.invalidate({ key: key! });
    expect(await other.ask("users__get", { cache: "only" })).toBe("not-cached miss");
    await other.ask("users__get");
    await one.caches.invalidate({ server: "users" });
    expect(await other.ask("users__get", { cache: "only" })).toBe("not-cached miss");
    expect(await one.ask("users__get", { cache: "only" })).toBe("not-cached miss");
  });

  it("are told of a server that changes in bursts once at first and once at the end", async () => {
    let end = (): void => undefined;
    const told: string[] = [];
    shared[0].invalidate = ([scope]) => {
      told.push(scope!);
      return new Promise<void>((resolve) => (end = resolve));
    };
    const { server } = world.tool("users__get");
    for (let time = 0; time < 20; time++) one.caches.serverChanged(server);
    expect(told).toEqual(["server:users"]);
    end();
    await world.clock.advance(1);
    expect(told).toHaveLength(2);
    end();
    await world.clock.advance(1);
    one.caches.serverChanged(server);
    expect(told).toHaveLength(3);
  });

  it("write through a refresh, which the other then finds", async () => {
    await one.ask("users__get");
    world.version = 2;
    expect(await one.ask("users__get", { cache: "refresh" })).toBe("v2 miss");
    expect(await other.ask("users__get")).toBe("v2 l2");
  });

  it("fetch a stale entry anew once, over both", async () => {
    world.rules = { users: { ttlMs: 1_000, staleWhileRevalidateMs: 60_000 } };
    for (const replica of [one, other]) await replica.ask("users__get");
    world.version = 2;
    await world.clock.advance(2_000);
    world.delayMs = 100;
    expect(await one.ask("users__get")).toBe("v1 l1");
    expect(await other.ask("users__get")).toBe("v1 l1");
    await world.clock.advance(200);
    expect(world.asked).toHaveLength(2);
    expect(await one.ask("users__get")).toBe("v2 l1");
    await world.clock.advance(2_000);
    expect(await other.ask("users__get")).toBe("v1 l1");
    await world.clock.advance(200);
    expect(await other.ask("users__get")).toBe("v2 l1");
  });

  it("give each other's stale answers when the server fails", async () => {
    await one.ask("users__get");
    await world.clock.advance(100_000);
    const call = { ...makeCall({ clock: world.clock }), tool: world.tool("users__get") };
    expect((await other.caches.stale(call))?.ageMs).toBe(100_000);
  });

  it("fill their memory once the shared cache is there, whatever was void before", async () => {
    await one.ask("users__get");
    await one.ask("files__get");
    store.goAway();
    const late = world.replica({ shared: store.connect(), options: { warmEntries: 10 } });
    await late.caches.invalidate({ server: "files" });
    await world.clock.advance(1_000);
    expect(late.caches.stats().l1.entries).toBe(0);
    store.comeBack();
    await world.clock.advance(1);
    expect(late.caches.stats().l1.entries).toBe(1);
    expect(await late.ask("users__get")).toBe("v1 l1");
  });

  it("fill their memory with what is there when they start", async () => {
    for (const id of [1, 2, 3]) await one.ask("users__get", { args: `{"id":${id}}` });
    await one.ask("files__get");
    await one.caches.invalidate({ server: "files" });
    const late = world.replica({ shared: store.connect(), options: { warmEntries: 10 } });
    await world.clock.advance(1);
    expect(late.caches.stats().l1.entries).toBe(3);
    expect(await late.ask("users__get", { args: '{"id":2}' })).toBe("v1 l1");
    await late.ask("users__set");
    expect(await late.ask("users__get", { args: '{"id":2}' })).toBe("v2 miss");
  });
});

describe("a shared cache on a bad day", () => {
  let world: CacheWorld;
  let store: FakeSharedStore;
  let gateway: Replica;

  beforeEach(() => {
    world = createCacheWorld({ users: { ttlMs: 60_000 } });
    store = createFakeSharedStore(world.clock);
    gateway = world.replica({ shared: store.connect() });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("is done without while it is away, and told what was missed when it is back", async () => {
    const other = world.replica({ shared: store.connect() });
    await other.ask("users__get", { args: '{"id":1}' });
    store.goAway();
    expect(await gateway.ask("users__get")).toBe("v1 miss");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(await gateway.ask("users__set")).toBe("written none");
    expect(await gateway.ask("users__get")).toBe("v2 miss");
    expect(gateway.caches.stats().l2).toMatchObject({ state: "away" });
    expect(gateway.metrics.sum("cacheRequests", { tier: "l2", result: "away" })).toBe(2);
    store.comeBack();
    expect(await other.ask("users__get", { args: '{"id":1}' })).toBe("v2 miss");
    expect(await gateway.ask("users__get", { args: '{"id":1}' })).toBe("v2 l2");
  });

  it("costs no more than its own time limit when it is slow", async () => {
    store.slowDown(500);
    const asked = gateway.ask("users__get");
    await world.clock.advance(60);
    expect(await asked).toBe("v1 miss");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
  });

  it("is a miss where nonsense lies", async () => {
    await gateway.ask("users__get");
    for (const key of store.keys) store.spoil(key);
    const other = world.replica({ shared: store.connect() });
    expect(await other.ask("users__get")).toBe("v1 miss");
  });

  it.each(["read", "write", "lease", "invalidate"] as const)(
    "fails no call when its %s breaks its promises",
    async (method) => {
      const fails = (): Promise<never> => Promise.reject(new Error("bug"));
      const careless = world.replica({
        shared: Object.assign(store.connect(), { [method]: fails }),
      });
      expect(await careless.ask("users__get")).toBe("v1 miss");
      expect(await careless.ask("users__set")).toBe("written none");
      await world.clock.advance(1);
      expect(careless.log.lines.some(({ level }) => level === "error")).toBe(true);
    },
  );

  it("keeps what it was told last when a lease ran out in between", async () => {
    world.delayMs = 15_000;
    const slow = gateway.ask("users__get");
    await world.clock.advance(10_500);
    world.delayMs = 10;
    world.version = 2;
    const other = world.replica({ shared: store.connect() });
    const quick = other.ask("users__get");
    await world.clock.advance(100);
    expect(await quick).toBe("v2 miss");
    await world.clock.advance(20_000);
    expect(await slow).toBe("v1 miss");
    const third = world.replica({ shared: store.connect() });
    expect(await third.ask("users__get")).toBe("v2 l2");
  });
});
