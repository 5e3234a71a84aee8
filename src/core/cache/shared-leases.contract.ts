import { describe, expect, it } from "vitest";
import { record, until } from "./shared-samples.contract.ts";
import type { Lease, SharedCache } from "./shared-cache.ts";

type Pair = () => Promise<readonly [SharedCache, SharedCache]>;

/** What a shared cache promises of leases, and of writes that are fenced by them. */
export function describeSharedLeases(pair: Pair): void {
  describe("its leases", () => {
    it("are held by one at a time, over all replicas", async () => {
      const [one, other] = await pair();
      const lease = await take(one, "k");
      expect(await one.lease("k", 5_000)).toBeUndefined();
      expect(await other.lease("k", 5_000)).toBeUndefined();
      expect(await other.lease("another", 5_000)).toHaveProperty("token");
      await lease[Symbol.asyncDispose]();
      expect(await other.lease("k", 5_000)).toHaveProperty("token");
    });

    it("carry tokens that rise", async () => {
      const [one, other] = await pair();
      const tokens: number[] = [];
      for (const cache of [one, other, one]) {
        const lease = await take(cache, "k");
        tokens.push(lease.token);
        await lease[Symbol.asyncDispose]();
      }
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b));
    });

    it("end by themselves", async () => {
      const [one, other] = await pair();
      await take(one, "k", 40);
      await until(async () => (await other.lease("k", 5_000)) !== undefined);
      expect(await one.lease("k", 5_000)).toBeUndefined();
    });

    it("are not taken from the next holder by one that has ended", async () => {
      const [one, other] = await pair();
      const old = await take(one, "k", 20);
      await until(async () => (await other.lease("k", 5_000)) !== undefined);
      await old[Symbol.asyncDispose]();
      await old[Symbol.asyncDispose]();
      expect(await one.lease("k", 5_000)).toBeUndefined();
    });

    it("fence off the write of an earlier holder, before and after the later one's", async () => {
      const [one, other] = await pair();
      const { generation } = (await one.read("k", record().scopes))!;
      const old = await take(one, "k", 20);
      let later: Awaited<ReturnType<SharedCache["lease"]>>;
      await until(async () => (later = await other.lease("k", 5_000)) !== undefined);
      const late = (): Promise<void> =>
        one.write("k", record({ costMs: 1 }), { generation, fence: old.token });
      await late();
      expect((await one.read("k", record().scopes))?.hit).toBeUndefined();
      const fence = (later as unknown as Lease).token;
      await other.write("k", record({ costMs: 2 }), { generation, fence });
      await late();
      expect((await one.read("k", record().scopes))?.hit?.record.costMs).toBe(2);
    });

    it("do not keep those from writing who had to do without", async () => {
      const [one, other] = await pair();
      const { generation } = (await other.read("k", record().scopes))!;
      await take(one, "k");
      await other.write("k", record(), { generation });
      expect((await one.read("k", record().scopes))?.hit).toBeDefined();
    });
  });

  describe("waiting for a lease", () => {
    it("ends when it is given back", async () => {
      const [one, other] = await pair();
      const lease = await take(one, "k");
      let ended = 0;
      const waits = [one, other].map(async (cache) => {
        await cache.released("k", new AbortController().signal);
        ended += 1;
      });
      expect(await other.lease("k", 5_000)).toBeUndefined();
      expect(ended).toBe(0);
      await lease[Symbol.asyncDispose]();
      await Promise.all(waits);
    });

    it("ends when it has run out, and at once when nobody holds it", async () => {
      const [one, other] = await pair();
      await take(one, "k", 40);
      await other.released("k", AbortSignal.timeout(4_000));
      await other.released("nobody's", AbortSignal.timeout(4_000));
      expect(await other.lease("k", 5_000)).toHaveProperty("token");
    });

    it("ends without complaint when the signal aborts, also beforehand", async () => {
      const [one, other] = await pair();
      await take(one, "k");
      await other.released("k", AbortSignal.timeout(20));
      await other.released("k", AbortSignal.abort());
      expect(await other.lease("k", 5_000)).toBeUndefined();
    });
  });
}

async function take(cache: SharedCache, key: string, ttlMs = 30_000): Promise<Lease> {
  const lease = await cache.lease(key, ttlMs);
  if (lease === undefined || lease === "away") throw new Error(`No lease of ${key}: ${lease}.`);
  return lease;
}
