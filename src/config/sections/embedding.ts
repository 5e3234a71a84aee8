import { z } from "zod";
import { EMBEDDING_DEFAULTS, type EmbeddingOptions } from "../../adapters/embedding/options.ts";
import { numberWithin, type OptionGroup, wholeNumber } from "../option-group.ts";

const prefix = z.string().max(1_000);

export const embeddingGroup: OptionGroup<EmbeddingOptions> = {
  owner: { file: "adapters/embedding/options.ts", type: "EmbeddingOptions" },
  section: "embedding",
  defaults: EMBEDDING_DEFAULTS,
  settings: {
    provider: z.enum(["auto", "builtin", "transformers", "openai"]),
    model: z.string().min(1).max(200),
    modelPath: z.string().min(1),
    offline: z.boolean(),
    precision: z.enum(["auto", "fp32", "fp16", "q8", "q4"]),
    threads: wholeNumber(0, 64),
    url: z.string().regex(/^https?:\/\/[^\s/]+/i, "must begin with http:// or https://."),
    apiKey: z.string().min(1),
    dimension: wholeNumber(8, 8_192),
    batchSize: wholeNumber(1, 2_048),
    timeoutMs: wholeNumber(100, 600_000),
    maxRetries: wholeNumber(0, 10),
    queryPrefix: prefix,
    documentPrefix: prefix,
    abstainBelow: numberWithin(0, 1),
    sameMeaningAbove: numberWithin(0.5, 1),
  },
};
