import { describe, expect, it } from "vitest";
import { createStyle } from "../text/style.ts";
import { renderCacheExplanation } from "./cache-explanation-view.ts";
import { renderCacheStats } from "./cache-stats-view.ts";
import { renderCacheSuggestions } from "./cache-suggestions-view.ts";

const canvas = { width: 80, style: createStyle(false) };
const tier = { hits: 0, misses: 0, entries: 0, bytes: 0 };
const stats = {
  mode: "declared" as const,
  l1: { hits: 3, misses: 1, entries: 2, bytes: 2_048, maxBytes: 1_048_576, maxEntries: 10 },
  l3: tier,
  savedMs: 1_500,
  tools: [{ tool: "users__search", hits: 3, misses: 1, coalesced: 2, stale: 0, savedMs: 1_500 }],
  remarks: [],
};
const policy = {
  cached: true,
  why: "The configuration says so.",
  coalesced: true,
  ttlMs: 60_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 3_600_000,
  scope: "tenant" as const,
  tags: ["crm"],
  ignoreArguments: [],
  vary: [],
  invalidates: [],
};

describe("what the caches did", () => {
  it("stands by tier and by tool, with how often they hit", () => {
    const text = renderCacheStats(stats, canvas);
    expect(text).toMatch(/^L1 memory +3 +1 +75\.0% +2 answers, 2\.0 kB of 1\.0 MB$/m);
    expect(text).toMatch(/^users__search +3 +1 +2 +75\.0% +1\.5 s$/m);
    expect(text).not.toContain("Redis");
  });

  it("says where Redis is and why it is away", () => {
    const l2 = {
      hits: 0,
      misses: 4,
      state: "away" as const,
      reason: "nothing listens there",
      target: "redis://h:6379",
      since: 0,
    };
    const wide = { ...canvas, width: 160 };
    expect(renderCacheStats({ ...stats, l2 }, wide)).toMatch(
      /^L2 Redis +0 +4 +0\.0% +away, redis:\/\/h:6379 \(nothing listens there\)$/m,
    );
  });
});

describe("why a tool is cached", () => {
  it("is told a fact a line, without those that say nothing", () => {
    const text = renderCacheExplanation({ tool: "users__search", policy, key: "k1" }, canvas);
    expect(text.split("\n")).toEqual([
      "tool       users__search",
      "cached     yes",
      "why        The configuration says so.",
      "fresh for  1 min 0 s",
      "shared by  tenant",
      "tags       crm",
      "key        k1",
    ]);
  });

  it("says why one call is not kept although others are", () => {
    const uncachedReason = "Its arguments hold a number that would be rounded.";
    expect(renderCacheExplanation({ tool: "t", policy, uncachedReason }, canvas)).toContain(
      `this call  not kept: ${uncachedReason}`,
    );
  });

  it("tells from which similarity on near calls are answered", () => {
    const semantic = {
      enabled: true,
      threshold: 0.95,
      verifyRatio: 0,
      maxErrorRate: 0,
      effectiveThreshold: 0.97,
    };
    const told = (more: object): string =>
      renderCacheExplanation(
        { tool: "t", policy: { ...policy, semantic: { ...semantic, ...more } } },
        canvas,
      );
    expect(told({})).toContain("from a similarity of 0.970 on");
    expect(told({ switchedOff: "3 of 40 differed" })).toContain("switched off: 3 of 40 differed");
  });
});

describe("what might well be cached", () => {
  it("comes with the evidence and with what to write", () => {
    const suggestion = {
      tool: "users__search",
      server: "users",
      name: "search",
      repeats: 40,
      alike: 40,
      medianGapMs: 2_000,
      longestAlikeMs: 90_000,
      suggestedTtlMs: 45_000,
      wouldHaveSavedMs: 4_000,
    };
    const text = renderCacheSuggestions([suggestion], canvas);
    expect(text).toMatch(/^users__search +40 +40 /m);
    expect(text).toContain("tools: { search: { ttlMs: 45000 } }");
    expect(text).toContain("entry of server users");
  });

  it("names a tool as its server does, however odd", () => {
    const suggestion = {
      tool: "users__find_9f2c41aa",
      server: "users",
      name: "find: everybody",
      repeats: 3,
      alike: 3,
      medianGapMs: 1,
      longestAlikeMs: 1,
      suggestedTtlMs: 1_000,
      wouldHaveSavedMs: 1,
    };
    expect(renderCacheSuggestions([suggestion], canvas)).toContain(
      'put  cache: { tools: { "find: everybody": { ttlMs: 1000 } } }  into',
    );
  });

  it("says so when there is nothing", () => {
    expect(renderCacheSuggestions([], canvas)).toMatch(/^There is nothing to suggest/);
  });
});
