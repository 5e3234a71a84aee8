import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  record as recordOf,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../kernel/random.ts";
import type { CacheRecord } from "../shared-cache.ts";
import { Generations } from "./generations.ts";
import { freshnessOf, isDueEarly, type Kept } from "./kept.ts";
import { ENTRY_OVERHEAD_BYTES, MemoryTier, NOBODY, type MemoryOptions } from "./memory-tier.ts";

const recordWith = (more: Partial<CacheRecord> = {}): CacheRecord => ({
  body: new Uint8Array(10),
  storedAt: 0,
  freshMs: 1_000,
  staleWhileRevalidateMs: 500,
  staleIfErrorMs: 2_000,
  costMs: 100,
  scopes: ["server:a"],
  ...more,
});

const kept = (bytes: number, scope = "server:a"): Kept => ({
  record: recordWith({ body: new Uint8Array(bytes), scopes: [scope] }),
  bornAt: 0,
  generation: 0,
  refreshAfter: 0,
});

/** What an entry of `bytes` takes. */
const taken = (bytes: number): number => bytes + ENTRY_OVERHEAD_BYTES;

describe("memory", () => {
  const tier = (more: Partial<MemoryOptions> = {}): MemoryTier =>
    new MemoryTier({
      maxBytes: 10 * taken(1_000),
      maxEntries: 1_000,
      maxEntryBytes: 5_000,
      maxTenantShare: 0.5,
      ...more,
    });
  const names = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  it("keeps what was used last within its bytes", () => {
    const memory = tier();
    for (const key of names("a", 10)) memory.set(key, kept(1_000), "t");
    memory.get("a0");
    memory.set("b0", kept(1_000), "t");
    expect(memory.get("a0")).toBeDefined();
    expect(memory.get("a1")).toBeUndefined();
    expect([memory.size, memory.bytes]).toEqual([10, 10 * taken(1_000)]);
  });

  it("keeps within its number of entries", () => {
    const memory = tier({ maxEntries: 3 });
    for (const key of names("a", 5)) memory.set(key, kept(1), "t");
    expect(names("a", 5).filter((key) => memory.get(key))).toEqual(["a2", "a3", "a4"]);
  });

  it("keeps what was asked for last, whichever answer comes last, unless it is void", () => {
    const memory = tier();
    const later = { ...kept(10), bornAt: 5 };
    memory.set("a0", later, "t");
    memory.set("a0", kept(10), "t");
    expect(memory.get("a0")).toBe(later);
    const valid = { ...kept(10), generation: 1 };
    memory.set("a0", valid, "t");
    expect(memory.get("a0")).toBe(valid);
  });

  it("keeps an entry that fills it, and none that is a byte larger", () => {
    const memory = tier({ maxBytes: taken(1_000) });
    memory.set("a0", kept(1_001), "t");
    expect([memory.size, memory.bytes]).toEqual([0, 0]);
    memory.set("a0", kept(1_000), "t");
    expect([memory.size, memory.bytes]).toEqual([1, taken(1_000)]);
  });

  it("keeps nothing larger than an entry may be, and drops what stood in its place", () => {
    const memory = tier();
    memory.set("a0", kept(10), "t");
    memory.set("a0", kept(5_001), "t");
    expect(memory.get("a0")).toBeUndefined();
    expect([memory.size, memory.bytes]).toEqual([0, 0]);
    expect(memory.accepts(5_001)).toBe(false);
  });

  it("keeps nothing at all without room", () => {
    const memory = tier({ maxBytes: 0 });
    memory.set("a0", kept(1), "t");
    expect(memory.size).toBe(0);
  });

  it("is all one tenant's as long as that is alone, and then no more than its share", () => {
    const memory = tier();
    for (const key of names("a", 10)) memory.set(key, kept(1_000), "hostile");
    expect(memory.size).toBe(10);
    memory.set("b0", kept(1_000), "other");
    memory.set("a0", kept(1_000), "hostile");
    expect(memory.get("b0")).toBeDefined();
    expect(names("a", 10).filter((key) => memory.get(key))).toHaveLength(5);
  });

  it("lets a tenant that fills it throw out only its own", () => {
    const memory = tier({ maxTenantShare: 1 });
    for (const key of names("b", 3)) memory.set(key, kept(1_000), "quiet");
    for (const key of names("c", 2)) memory.set(key, kept(1_000), "small");
    for (let round = 0; round < 20; round++) {
      for (const key of names("a", 10)) memory.set(key, kept(1_000), "hostile");
    }
    expect([...names("b", 3), ...names("c", 2)].every((key) => memory.get(key))).toBe(true);
    memory.set("c2", kept(1_000), "small");
    expect(names("b", 3).every((key) => memory.get(key))).toBe(true);
  });

  it("makes room first among what is nobody's, which takes no tenant's share", () => {
    const memory = tier();
    for (const key of names("a", 4)) memory.set(key, kept(1_000), NOBODY);
    for (const key of names("b", 8)) memory.set(key, kept(1_000), "t");
    expect(names("a", 4).filter((key) => memory.get(key))).toEqual(["a2", "a3"]);
    for (const key of names("c", 2)) memory.set(key, kept(1_000), "t");
    expect([...names("b", 8), ...names("c", 2)].every((key) => memory.get(key))).toBe(true);
  });

  it("finds an entry whoever's call made it, and moves it to who made it last", () => {
    const memory = tier();
    memory.set("a0", kept(10), "t");
    memory.set("a0", kept(20), "u");
    expect(memory.get("a0")?.record.body).toHaveLength(20);
    expect([memory.size, memory.bytes]).toEqual([1, taken(20)]);
  });

  it("drops what is unwanted", () => {
    const memory = tier();
    memory.set("a0", kept(10, "server:a"), "t");
    memory.set("b0", kept(10, "server:b"), "u");
    memory.sweep(({ record }) => record.scopes.includes("server:a"));
    expect([memory.size, memory.bytes]).toEqual([1, taken(10)]);
  });

  it("counts what it holds, and keeps within all bounds, whatever is done to it", () => {
    const keys = constantFrom(...names("a", 6), ...names("b", 6));
    const step = oneof(
      recordOf({
        do: constantFrom("set" as const),
        key: keys,
        bytes: integer({ min: 0, max: 4_000 }),
        tenant: constantFrom("t", "u", "v"),
      }),
      recordOf({ do: constantFrom("get" as const, "delete" as const), key: keys }),
    );
    assert(
      property(array(step, { maxLength: 60 }), (steps) => {
        const memory = tier({ maxEntries: 8, maxBytes: 8_000, maxTenantShare: 0.6 });
        for (const one of steps) {
          if (one.do === "set") memory.set(one.key, kept(one.bytes), one.tenant);
          else memory[one.do](one.key);
          const held = [...names("a", 6), ...names("b", 6)].flatMap((key) => memory.get(key) ?? []);
          const bytes = held.reduce((sum, { record }) => sum + taken(record.body.length), 0);
          expect([memory.size, memory.bytes]).toEqual([held.length, bytes]);
          expect(memory.size).toBeLessThanOrEqual(8);
          expect(memory.bytes).toBeLessThanOrEqual(8_000);
        }
      }),
    );
  });
});

describe("generations", () => {
  it("change for a list of scopes when any of them is invalidated, and for no others", () => {
    const generations = new Generations();
    const before = generations.sum(["a", "b"]);
    generations.bump(["c"]);
    expect(generations.sum(["a", "b"])).toBe(before);
    generations.bump(["b", "c"]);
    expect(generations.sum(["a", "b"])).not.toBe(before);
  });

  it("can be kept as they stood, for scopes that are asked about later", () => {
    const generations = new Generations();
    generations.bump(["a"]);
    const before = generations.snapshot();
    generations.bump(["b"]);
    expect(generations.sum(["a"])).toBe(before.sum(["a"]));
    expect(generations.sum(["b"])).not.toBe(before.sum(["b"]));
    generations.bumpAll();
    expect(generations.sum(["a"])).not.toBe(before.sum(["a"]));
  });

  it("never come back to what they were, though everything was voided or forgotten", () => {
    const generations = new Generations();
    const seen = new Set<number>();
    for (let round = 0; round < 50; round++) {
      for (let count = 0; count < round; count++) generations.bump(["a", "b"]);
      const sum = generations.sum(["a", "b"]);
      expect(seen.has(sum)).toBe(false);
      seen.add(sum);
      generations.bumpAll();
    }
  });

  it("stay bounded whatever names come in, and void all rather than too little", () => {
    const generations = new Generations();
    const before = generations.sum(["a"]);
    for (let count = 0; count < 20_000; count++) generations.bump([`tag:${count}`]);
    expect(generations.sum(["a"])).not.toBe(before);
  });
});

describe("an entry's age", () => {
  it.each([
    [999, "fresh"],
    [1_000, "revalidate"],
    [1_499, "revalidate"],
    [1_500, "error"],
    [2_999, "error"],
    [3_000, "over"],
  ])("of %i ms makes it %s", (ageMs, freshness) => {
    expect(freshnessOf(recordWith(), ageMs)).toBe(freshness);
  });

  it("makes it due early as often as XFetch says", () => {
    const random = createSeededRandom(3);
    const rate = (ageMs: number, costMs: number, beta = 1): number => {
      const due = Array.from({ length: 5_000 }, () =>
        isDueEarly(recordWith({ costMs }), ageMs, { beta, random }),
      );
      return due.filter(Boolean).length / due.length;
    };
    // P(due) = exp(−left / (Δ·β))
    expect(rate(900, 100)).toBeCloseTo(Math.exp(-1), 1);
    expect(rate(900, 100, 2)).toBeCloseTo(Math.exp(-0.5), 1);
    expect(rate(0, 100)).toBeLessThan(0.01);
    expect(rate(999, 0)).toBe(0);
    expect(rate(999, 100, 0)).toBe(0);
  });
});
