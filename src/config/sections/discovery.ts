import { z } from "zod";
import {
  defaultVectorIndexOptions,
  type VectorIndexOptions,
} from "../../adapters/vectors/options.ts";
import { type OptionGroup, wholeNumber } from "../option-group.ts";

export const vectorsGroup: OptionGroup<VectorIndexOptions> = {
  owner: { file: "adapters/vectors/options.ts", type: "VectorIndexOptions" },
  section: "discovery",
  defaults: defaultVectorIndexOptions,
  settings: {
    index: z.enum(["auto", "faiss", "exact"]),
    hnswAbove: wholeNumber(0, 1_000_000),
    hnswLinks: wholeNumber(4, 64),
    hnswBreadth: wholeNumber(16, 512),
    maxVectors: wholeNumber(1, 1_000_000),
  },
};
