import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { makeCall } from "../../../../test/support/fakes/call-fixture.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { CacheMode, Call } from "../../calls/index.ts";

/** From now on calls end only when they are cancelled; gives for what reasons they were. */
function hang(world: CacheWorld): readonly unknown[] {
  const ended: unknown[] = [];
  world.answer = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        ended.push(signal.reason);
        reject(new GatewayError("cancelled", "", {}));
      });
    });
  return ended;
}

describe("an entry past its time", () => {
  let world: CacheWorld;
  let gateway: Replica;

  beforeEach(async () => {
    world = createCacheWorld({
      users: { ttlMs: 1_000, staleWhileRevalidateMs: 5_000, staleIfErrorMs: 60_000 },
    });
    gateway = world.replica();
    await gateway.ask("users__get");
    world.version = 2;
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("is given while it is fetched anew, once however many ask", async () => {
    await world.clock.advance(2_000);
    world.delayMs = 100;
    const asked = Array.from({ length: 20 }, () => gateway.ask("users__get"));
    expect(await Promise.all(asked)).toEqual(asked.map(() => "v1 l1"));
    await world.clock.advance(200);
    expect(world.asked).toHaveLength(2);
    expect(await gateway.ask("users__get")).toBe("v2 l1");
    expect(gateway.caches.stats().tools[0]).toMatchObject({ hits: 21, stale: 20 });
  });

  it("is fetched as its caller, with what it carried, and without who follows", async () => {
    await world.clock.advance(2_000);
    await gateway.ask("users__get", { onProgress: () => undefined, session: "s", timeoutMs: 5 });
    await world.clock.advance(10);
    const { scope, onProgress } = world.asked.at(-1)!;
    expect(scope).toMatchObject({ principal: { id: "p" }, session: "s" });
    expect(onProgress).toBeUndefined();
  });

  it("is not given any longer than may be", async () => {
    await world.clock.advance(6_000);
    expect(await gateway.ask("users__get")).toBe("v2 miss");
  });

  it("is not fetched for a caller that wants no call made", async () => {
    await world.clock.advance(2_000);
    expect(await gateway.ask("users__get", { cache: "only" })).toBe("v1 l1");
    await world.clock.advance(10);
    expect(world.asked).toHaveLength(1);
  });

  it("stays when its server fails or says isError, and is not fetched again at once", async () => {
    await world.clock.advance(2_000);
    world.answer = async () => textAnswer("no", { isError: true });
    for (let time = 0; time < 5; time++) {
      expect(await gateway.ask("users__get")).toBe("v1 l1");
      await world.clock.advance(1);
    }
    expect(world.asked).toHaveLength(2);
    await world.clock.advance(1_000);
    await gateway.ask("users__get");
    await world.clock.advance(1);
    expect(world.asked).toHaveLength(3);
  });

  it("is not replaced by what was asked for before a write", async () => {
    await world.clock.advance(2_000);
    world.delayMs = 100;
    await gateway.ask("users__get");
    await world.clock.advance(10);
    world.delayMs = 0;
    await gateway.ask("users__set");
    await world.clock.advance(200);
    expect(await gateway.ask("users__get")).toBe("v3 miss");
  });

  it("leaves no call behind when the caches are disposed", async () => {
    await world.clock.advance(2_000);
    const ended = hang(world);
    await gateway.ask("users__get");
    await world.clock.advance(1);
    await gateway.caches[Symbol.asyncDispose]();
    expect(ended).toEqual([expect.any(GatewayError)]);
  });

  it("ends a call in the background that takes longer than its server may", async () => {
    await world.clock.advance(2_000);
    const ended = hang(world);
    await gateway.ask("users__get");
    await world.clock.advance(60_000);
    expect(ended).toMatchObject([{ code: "deadline-exceeded" }]);
  });

  describe("when its server fails", () => {
    const callOf = (cache?: CacheMode): Call => {
      const call = makeCall({ ...(cache && { request: { cache } }), clock: world.clock });
      return { ...call, tool: world.tool("users__get") };
    };

    it("is given with its age, for as long as that may be", async () => {
      await world.clock.advance(60_999);
      const stale = await gateway.caches.stale(callOf());
      expect(stale?.ageMs).toBe(60_999);
      expect(stale?.body.value()).toMatchObject({ content: [{ text: "v1" }] });
      await world.clock.advance(1);
      expect(await gateway.caches.stale(callOf())).toBeUndefined();
    });

    it("is not given to who wants a fresh answer, or when it has been invalidated", async () => {
      expect(await gateway.caches.stale(callOf("bypass"))).toBeUndefined();
      expect(await gateway.caches.stale(callOf("refresh"))).toBeUndefined();
      expect(await gateway.caches.stale(callOf("only"))).toBeDefined();
      await gateway.ask("users__set");
      expect(await gateway.caches.stale(callOf())).toBeUndefined();
    });

    it("is not there for other calls, and for tools that are not cached", async () => {
      const tool = world.tool("files__get");
      expect(await gateway.caches.stale({ ...callOf(), tool })).toBeUndefined();
      const odd = { ...makeCall({ args: '{"id":9007199254740993}' }), tool: callOf().tool };
      expect(await gateway.caches.stale(odd)).toBeUndefined();
    });
  });
});

describe("an entry in demand", () => {
  it("is fetched anew before its end, likelier the longer its server takes", async () => {
    await using world = createCacheWorld({ users: { ttlMs: 10_000 } });
    const gateway = world.replica({ options: { earlyRefresh: 1 } });
    world.delayMs = 500;
    const first = gateway.ask("users__get");
    await world.clock.advance(500);
    await first;
    for (let time = 0; time < 91; time++) {
      expect(await gateway.ask("users__get")).toBe("v1 l1");
      await world.clock.advance(100);
    }
    expect(world.asked.length).toBe(2);
  });

  it("ends earlier than those made with it, by a part of its time that is drawn", async () => {
    await using world = createCacheWorld({ users: { ttlMs: 10_000 } });
    const gateway = world.replica({ options: { jitterRatio: 0.5 } });
    const keys = Array.from({ length: 100 }, (_, id) => ({ args: `{"id":${id}}` }));
    for (const wish of keys) await gateway.ask("users__get", wish);
    const left = async (): Promise<number> => {
      const asked = keys.map((wish) => gateway.ask("users__get", { ...wish, cache: "only" }));
      return (await Promise.all(asked)).filter((answer) => answer === "v1 l1").length;
    };
    await world.clock.advance(4_999);
    expect(await left()).toBe(100);
    await world.clock.advance(2_500);
    expect(await left()).toBeGreaterThan(25);
    expect(await left()).toBeLessThan(75);
    await world.clock.advance(2_501);
    expect(await left()).toBe(0);
  });
});
