import { z } from "zod";
import { VECTOR_INDEX_DEFAULTS, type VectorIndexOptions } from "../../adapters/vectors/options.ts";
import { DISCOVERY_DEFAULTS, type DiscoveryOptions } from "../../core/discovery/options.ts";
import { numberWithin, type OptionGroup, wholeNumber } from "../option-group.ts";

export const discoveryGroup: OptionGroup<DiscoveryOptions> = {
  owner: { file: "core/discovery/options.ts", type: "DiscoveryOptions" },
  section: "discovery",
  defaults: DISCOVERY_DEFAULTS,
  settings: {
    defaultLimit: wholeNumber(1, 100),
    candidates: wholeNumber(10, 1_000),
    coverageWeight: numberWithin(0, 10),
    cosineWeight: numberWithin(0, 10),
    denseWeight: numberWithin(0, 10),
    abstainBelowShare: numberWithin(0, 1),
    abstainBelowCosine: numberWithin(0, 1),
    routedServers: wholeNumber(1, 50),
    queryEmbedTimeoutMs: wholeNumber(10, 60_000),
  },
};

export const vectorsGroup: OptionGroup<VectorIndexOptions> = {
  owner: { file: "adapters/vectors/options.ts", type: "VectorIndexOptions" },
  section: "discovery",
  defaults: VECTOR_INDEX_DEFAULTS,
  settings: {
    index: z.enum(["auto", "faiss", "exact"]),
    hnswAbove: wholeNumber(0, 1_000_000),
    hnswLinks: wholeNumber(4, 64),
    hnswBreadth: wholeNumber(16, 1_024),
    maxVectors: wholeNumber(1, 1_000_000),
  },
};
