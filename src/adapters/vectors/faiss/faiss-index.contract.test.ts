import { createSystemClock } from "../../../kernel/clock.ts";
import { describeVectorIndex } from "../vector-index.contract.ts";
import { createFaissIndex } from "./faiss-index.ts";
import { realFaiss } from "./real-faiss.contract.ts";

const clock = createSystemClock();

describeVectorIndex("FAISS, flat", (identity, maxVectors) =>
  createFaissIndex({ identity, maxVectors }, { library: realFaiss(), clock }),
);
describeVectorIndex("FAISS, HNSW", (identity, maxVectors) =>
  createFaissIndex({ identity, maxVectors, hnswAbove: 0 }, { library: realFaiss(), clock }),
);
