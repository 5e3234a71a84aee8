import { describeVectorIndex } from "../vector-index.contract.ts";
import { createExactIndex } from "./exact-index.ts";

describeVectorIndex("exact, SIMD", async (identity, maxVectors) =>
  createExactIndex({ identity, maxVectors, kernel: "simd" }),
);
describeVectorIndex("exact, plain", async (identity, maxVectors) =>
  createExactIndex({ identity, maxVectors, kernel: "plain" }),
);
