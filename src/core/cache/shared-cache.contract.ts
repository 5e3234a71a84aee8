import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeSharedLeases } from "./shared-leases.contract.ts";
import { describeSharedTroubles } from "./shared-troubles.contract.ts";
import { record, until, type MakeSharedRig, type SharedRig } from "./shared-samples.contract.ts";
import type { SharedCache } from "./shared-cache.ts";

/**
 * The specification of the port `SharedCache`. Every rig starts empty; its handles give up on an
 * answer within a second.
 */
export function describeSharedCache(name: string, make: MakeSharedRig): void {
  describe(`${name} as a shared cache`, () => {
    let rig: SharedRig;
    beforeEach(async () => {
      rig = await make();
    });
    afterEach(() => rig[Symbol.asyncDispose]());
    const pair = async (): Promise<readonly [SharedCache, SharedCache]> => [
      await rig.connect(),
      await rig.connect(),
    ];

    describeKeeping(pair);
    describeInvalidating(pair);
    describeTelling(pair);
    describeSharedLeases(pair);
    describeSharedTroubles(() => rig);
  });
}

type Pair = () => Promise<readonly [SharedCache, SharedCache]>;

function describeKeeping(pair: Pair): void {
  it("is ready, and names its address without credentials", async () => {
    const [one] = await pair();
    const { state, target, since } = one.status();
    expect(state).toBe("ready");
    expect(target).not.toMatch(/@/);
    expect(since).toBeGreaterThan(0);
  });

  it("finds nothing at first, and tells a generation to write with", async () => {
    const [one] = await pair();
    const lookup = await one.read("k", ["server:a"]);
    expect(lookup?.hit).toBeUndefined();
    expect(lookup?.generation).toEqual(expect.any(String));
  });

  it("gives another replica the record as it was written", async () => {
    const [one, other] = await pair();
    const written = record({ body: Uint8Array.of(0, 255, 13, 10, 128), costMs: 12.5 });
    const { generation } = (await one.read("k", written.scopes))!;
    await one.write("k", written, { generation });
    const { hit } = (await other.read("k", written.scopes))!;
    expect({ ...hit?.record, body: [...hit!.record.body] }).toEqual({
      ...written,
      body: [...written.body],
    });
  });

  it.each([
    ["no bytes", 0],
    ["one byte", 1],
    ["a kilobyte", 1_024],
    ["a megabyte", 1_048_576],
  ])("keeps a body of %s", async (_, size) => {
    const [one, other] = await pair();
    const body = Buffer.alloc(size, '{"text":"the same again and again"}');
    await put(one, "k", record({ body }));
    const { hit } = (await other.read("k", record().scopes))!;
    expect(Buffer.compare(Buffer.from(hit!.record.body), body)).toBe(0);
  });

  it("takes entries without scopes, and with sixteen of any characters", async () => {
    const [one, other] = await pair();
    const many = Array.from({ length: 16 }, (_, index) => `tag:ünï code {${index}}:*,"`);
    for (const scopes of [[], many]) {
      await put(one, `k${scopes.length}`, record({ scopes }));
      const lookup = await other.read(`k${scopes.length}`, scopes);
      expect(lookup?.hit?.record.scopes).toEqual(scopes);
    }
  });

  it("tells ages by its own clock, whatever a replica's clock says", async () => {
    const [one, other] = await pair();
    await put(one, "past", record({ storedAt: 1 }));
    await put(one, "future", record({ storedAt: 9_000_000_000_000 }));
    await sleep(30);
    for (const key of ["past", "future"]) {
      const { hit } = (await other.read(key, record().scopes))!;
      expect(hit!.ageMs).toBeGreaterThanOrEqual(20);
      expect(hit!.ageMs).toBeLessThan(10_000);
    }
  });

  it("keeps a record past its freshness for as long as it may be given stale", async () => {
    const [one] = await pair();
    const times = { freshMs: 20, staleWhileRevalidateMs: 0, staleIfErrorMs: 60_000 };
    await put(one, "stale", record(times));
    await put(one, "gone", record({ ...times, staleIfErrorMs: 10 }));
    const { scopes } = record();
    await until(async () => (await one.read("gone", scopes))?.hit === undefined);
    expect((await one.read("stale", scopes))?.hit?.ageMs).toBeGreaterThanOrEqual(20);
  });

  it("does not replace a record by one that was asked for earlier", async () => {
    const [one, other] = await pair();
    const { scopes } = record();
    const { generation: early } = (await one.read("k", scopes))!;
    let late = early;
    await until(async () => (late = (await other.read("k", scopes))!.generation) !== early);
    await other.write("k", record({ costMs: 2 }), { generation: late });
    await one.write("k", record({ costMs: 1 }), { generation: early });
    expect((await one.read("k", scopes))?.hit?.record.costMs).toBe(2);
  });

  it("replaces a record by a later one", async () => {
    const [one, other] = await pair();
    await put(one, "k", record({ costMs: 1 }));
    await put(other, "k", record({ costMs: 2 }));
    expect((await one.read("k", record().scopes))?.hit?.record.costMs).toBe(2);
  });

  it("hands out the newest entries, no more than asked for and none that are void", async () => {
    const [one, other] = await pair();
    for (const key of ["a", "b", "c"]) await put(one, key, record());
    expect(await keysOf(other, 2)).toHaveLength(2);
    await put(one, "void", record({ scopes: ["server:void"] }));
    await one.invalidate(["server:void"]);
    expect((await keysOf(other, 10)).toSorted()).toEqual(["a", "b", "c"]);
    expect(await keysOf(other, 0)).toEqual([]);
  });
}

function describeInvalidating(pair: Pair): void {
  it("voids all entries of a scope for every replica, and no others", async () => {
    const [one, other] = await pair();
    await put(one, "a1", record({ scopes: ["server:a"] }));
    await put(one, "a2", record({ scopes: ["server:a", "tag:t"] }));
    await put(one, "b", record({ scopes: ["server:b"] }));
    await other.invalidate(["server:a"]);
    for (const cache of [one, other]) {
      expect((await cache.read("a1", ["server:a"]))?.hit).toBeUndefined();
      expect((await cache.read("a2", ["server:a", "tag:t"]))?.hit).toBeUndefined();
      expect((await cache.read("b", ["server:b"]))?.hit).toBeDefined();
    }
  });

  it("voids an entry when any of its scopes is invalidated, or several at once", async () => {
    const [one] = await pair();
    const scopes = ["server:a", "tag:t", "tag:u"];
    for (const named of [["tag:u"], ["tag:other", "tag:t"]]) {
      await put(one, "k", record({ scopes }));
      await one.invalidate(named);
      expect((await one.read("k", scopes))?.hit).toBeUndefined();
    }
  });

  it("takes what is made after an invalidation", async () => {
    const [one, other] = await pair();
    await put(one, "k", record({ costMs: 1 }));
    await one.invalidate(record().scopes);
    await put(other, "k", record({ costMs: 2 }));
    expect((await one.read("k", record().scopes))?.hit?.record.costMs).toBe(2);
  });

  it("refuses what was asked for before an invalidation of one of its scopes", async () => {
    const [one, other] = await pair();
    const late = record({ scopes: ["server:a", "tag:t"] });
    const { generation } = (await one.read("k", late.scopes))!;
    await other.invalidate(["tag:t"]);
    await one.write("k", late, { generation });
    expect((await one.read("k", late.scopes))?.hit).toBeUndefined();
  });

  it("takes what was asked for before an invalidation of something else", async () => {
    const [one, other] = await pair();
    const { generation } = (await one.read("k", record().scopes))!;
    await other.invalidate(["server:elsewhere"]);
    await one.write("k", record(), { generation });
    expect((await other.read("k", record().scopes))?.hit).toBeDefined();
  });

  it("forgets one entry for every replica", async () => {
    const [one, other] = await pair();
    for (const key of ["a", "b"]) await put(one, key, record());
    await other.remove("a");
    expect((await one.read("a", record().scopes))?.hit).toBeUndefined();
    expect((await one.read("b", record().scopes))?.hit).toBeDefined();
  });

  it("does nothing for scopes and keys that nothing is kept under", async () => {
    const [one] = await pair();
    await put(one, "k", record());
    await one.invalidate([]);
    await one.invalidate(["tag:nothing"]);
    await one.remove("nothing");
    expect((await one.read("k", record().scopes))?.hit).toBeDefined();
  });
}

function describeTelling(pair: Pair): void {
  it("tells every replica, the asking one too, what has been invalidated or removed", async () => {
    const caches = await pair();
    const heard = caches.map(listenTo);
    await caches[0].invalidate(["server:a", "tag:t"]);
    await caches[1].remove("k");
    for (const { told } of heard) {
      await until(() => told.length >= 2);
      expect(told).toContainEqual({ scopes: ["server:a", "tag:t"] });
      expect(told).toContainEqual({ key: "k" });
    }
  });

  it("tells nothing more to who does not listen any longer", async () => {
    const [one, other] = await pair();
    const gone = listenTo(one);
    const still = listenTo(one);
    gone.listening[Symbol.dispose]();
    await other.invalidate(["server:a"]);
    await until(() => still.told.length > 0);
    expect(gone.told).toEqual([]);
  });
}

type Told = Parameters<Parameters<SharedCache["onInvalidated"]>[0]>[0];

function listenTo(cache: SharedCache) {
  const told: Told[] = [];
  return { told, listening: cache.onInvalidated((what) => told.push(what)) };
}

async function put(
  cache: SharedCache,
  key: string,
  written: ReturnType<typeof record>,
): Promise<void> {
  const { generation } = (await cache.read(key, written.scopes))!;
  await cache.write(key, written, { generation });
}

async function keysOf(cache: SharedCache, limit: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key, record: found, ageMs } of cache.recent(limit)) {
    expect(found.body.length).toBeGreaterThan(0);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    keys.push(key);
  }
  return keys;
}
