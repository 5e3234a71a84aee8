import { describe, expect, it } from "vitest";
import { record, until, type SharedRig } from "./shared-samples.contract.ts";
import type { SharedCache } from "./shared-cache.ts";

/** Longest that anything may wait for a store that does not answer, in milliseconds. */
const BOUND_MS = 2_000;

/** What a shared cache promises on bad days. */
export function describeSharedTroubles(rigOf: () => SharedRig): void {
  it("finds nothing where nonsense lies, and mends it with the next write", async () => {
    const cache = await rigOf().connect();
    await put(cache, "k");
    await rigOf().spoil("k");
    const lookup = await cache.read("k", record().scopes);
    expect(lookup?.hit).toBeUndefined();
    for await (const { key } of cache.recent(10)) expect(key).not.toBe("k");
    await put(cache, "k");
    expect((await cache.read("k", record().scopes))?.hit).toBeDefined();
  });

  describe("while it is away", () => {
    it("answers everything soon, with nothing", async () => {
      const cache = await rigOf().connect();
      await put(cache, "k");
      await rigOf().goAway();
      const startedMs = performance.now();
      expect(await cache.read("k", record().scopes)).toBeUndefined();
      expect(await cache.lease("k", 1_000)).toBe("away");
      await cache.write("k", record(), { generation: "0" });
      await cache.remove("k");
      await cache.invalidate(["tag:other"]);
      await cache.released("k", AbortSignal.timeout(20));
      for await (const _ of cache.recent(5)) expect.unreachable();
      expect(performance.now() - startedMs).toBeLessThan(6 * BOUND_MS);
      await rigOf().comeBack();
    });

    it("says so, with a reason, and when it is back", async () => {
      const cache = await rigOf().connect();
      const states: string[] = [];
      cache.onStatus(({ state }) => states.push(state));
      await rigOf().goAway();
      await untilAsked(cache, () => cache.status().state === "away");
      expect(cache.status().reason).toMatch(/\w/);
      await rigOf().comeBack();
      await untilAsked(cache, () => cache.status().state === "ready");
      expect(states).toContain("away");
      expect(states.at(-1)).toBe("ready");
    });
  });

  it("has not forgotten, when it is back, what was invalidated in the meantime", async () => {
    const cache = await rigOf().connect();
    const other = await rigOf().connect();
    await put(cache, "k");
    await rigOf().goAway();
    await untilAsked(cache, () => cache.status().state === "away");
    await cache.invalidate(record().scopes);
    await rigOf().comeBack();
    let wasFound = false;
    await until(async () => {
      const lookup = await cache.read("k", record().scopes);
      wasFound ||= lookup?.hit !== undefined;
      return lookup !== undefined;
    });
    expect(wasFound).toBe(false);
    await until(async () => {
      const lookup = await other.read("k", record().scopes);
      return lookup !== undefined && lookup.hit === undefined;
    });
  });

  it("says that everything may have changed when it is back", async () => {
    const cache = await rigOf().connect();
    const told: unknown[] = [];
    cache.onInvalidated((what) => told.push(what));
    await rigOf().goAway();
    await untilAsked(cache, () => cache.status().state === "away");
    await rigOf().comeBack();
    await untilAsked(cache, () => told.includes("all"));
    expect(cache.status().state).toBe("ready");
  });

  it("can be disposed twice, and while it is away", async () => {
    const cache = await rigOf().connect();
    await put(cache, "k");
    await cache[Symbol.asyncDispose]();
    await cache[Symbol.asyncDispose]();
    const away = await rigOf().connect();
    await rigOf().goAway();
    await expect(away[Symbol.asyncDispose]()).resolves.toBeUndefined();
    await rigOf().comeBack();
  });
}

/** Waits while asking: a store's absence may be noticed only by those who ask. */
async function untilAsked(cache: SharedCache, condition: () => boolean): Promise<void> {
  await until(async () => {
    await cache.read("probe", []);
    return condition();
  });
}

async function put(cache: SharedCache, key: string): Promise<void> {
  const { generation } = (await cache.read(key, record().scopes))!;
  await cache.write(key, record(), { generation });
}
