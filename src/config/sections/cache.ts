import { z } from "zod";
import {
  CACHE_DEFAULTS,
  type CacheOptions,
  type SemanticOptions,
} from "../../core/cache/options.ts";
import { nested, numberWithin, type OptionGroup, wholeNumber } from "../option-group.ts";

export const cacheGroup: OptionGroup<CacheOptions> = {
  owner: { file: "core/cache/options.ts", type: "CacheOptions" },
  section: "cache",
  defaults: CACHE_DEFAULTS,
  settings: {
    mode: z.enum(["declared", "readonly", "off"]),
    ttlMs: wholeNumber(1, 604_800_000),
    maxBytes: wholeNumber(0, 68_719_476_736),
    maxEntries: wholeNumber(1, 10_000_000),
    maxEntryBytes: wholeNumber(1_024, 268_435_456),
    maxTenantShare: numberWithin(0.01, 1),
    jitterRatio: numberWithin(0, 0.5),
    earlyRefresh: numberWithin(0, 10),
    negativeTtlMs: wholeNumber(0, 3_600_000),
    leaseWaitMs: wholeNumber(0, 600_000),
    warmEntries: wholeNumber(0, 10_000),
    maxSemanticEntries: wholeNumber(10, 1_000_000),
    semantic: nested<SemanticOptions>(CACHE_DEFAULTS.semantic, {
      enabled: z.boolean(),
      threshold: numberWithin(0.5, 1),
      verifyRatio: numberWithin(0, 1),
      maxErrorRate: numberWithin(0, 1),
    }),
  },
};
