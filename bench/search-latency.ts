import { parseArgs } from "node:util";
import { createBuiltinEmbedder } from "../src/adapters/embedding/builtin/builtin-embedder.ts";
import { createExactIndex } from "../src/adapters/vectors/exact/exact-index.ts";
import { createFaissIndex } from "../src/adapters/vectors/faiss/faiss-index.ts";
import { bundledAddonPath, loadFaiss } from "../src/adapters/vectors/faiss/load-faiss.ts";
import type { Principal } from "../src/core/access/index.ts";
import {
  createDiscovery,
  DISCOVERY_DEFAULTS,
  type VectorIndex,
  type VectorIndexIdentity,
} from "../src/core/discovery/index.ts";
import { createSilentMetrics } from "../src/core/metrics/index.ts";
import { createSystemClock } from "../src/kernel/clock.ts";
import { createSilentLogger } from "../src/kernel/log.ts";
import { createFixedCatalog } from "./discovery/fixed-catalog.ts";
import { syntheticQueries, syntheticTools } from "./discovery/synthetic-tools.ts";
import { readCatalogue, readRetrievalSets, type DataTool } from "./discovery/tool-data.ts";

const HELP = `How long a search takes in process, from query text to ranked tools, by catalogue size.

  npx tsx bench/search-latency.ts [--data DIR] [--queries N] [--json]

Without --data the tools and queries are synthetic. Times are medians of one run; "growth" is
against the smallest catalogue of the same index.
`;

const SIZES = [100, 1_000, 15_000] as const;
/** Passes over the queries before times are taken: a daemon's code is compiled, its words are known. */
const WARM_UP_PASSES = 3;
const ANYONE: Principal = {
  id: "bench",
  tenant: "default",
  role: "admin",
  rules: { allow: [], deny: [] },
};

interface LatencyRow {
  readonly index: string;
  readonly tools: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Median over the median with the smallest catalogue. */
  readonly growth: number;
  /** From an empty index to one that finds every tool. */
  readonly buildMs: number;
}

type MakeIndex = (identity: VectorIndexIdentity) => VectorIndex | Promise<VectorIndex>;

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      queries: { type: "string", default: "500" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const count = Number(values.queries);
  if (values.help || !Number.isInteger(count) || count < 1) {
    process.stderr.write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { tools, queries } = workload(values.data, count);
  const rows: LatencyRow[] = [];
  for (const [index, makeIndex] of Object.entries(indexes())) {
    for (const size of SIZES) {
      const measured = await measure({ tools: tools.slice(0, size), queries, makeIndex });
      const smallest = rows.find((row) => row.index === index)?.p50Ms ?? measured.p50Ms;
      rows.push({ index, ...measured, growth: measured.p50Ms / smallest });
    }
  }
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : table(rows));
}

function workload(
  folder: string | undefined,
  count: number,
): { tools: readonly DataTool[]; queries: readonly string[] } {
  const most = Math.max(...SIZES);
  if (folder === undefined)
    return { tools: syntheticTools(most), queries: syntheticQueries(count) };
  const sets = readRetrievalSets(folder);
  const real = readCatalogue(folder) ?? sets.flatMap((set) => set.tools);
  const texts = sets.flatMap((set) => set.queries.map(({ query }) => query));
  const step = Math.max(1, Math.floor(texts.length / count));
  return {
    tools: [...real, ...syntheticTools(Math.max(0, most - real.length))],
    queries: texts.filter((_, at) => at % step === 0).slice(0, count),
  };
}

function indexes(): Record<string, MakeIndex> {
  const faiss = loadFaiss({ addonPaths: [bundledAddonPath()] });
  if (faiss.status !== "loaded") {
    process.stderr.write(`FAISS is not measured: ${faiss.reason}\n`);
    return { exact: makeExact };
  }
  const { library } = faiss;
  const clock = createSystemClock();
  return {
    exact: makeExact,
    faiss: (identity) => createFaissIndex({ identity }, { library, clock }),
  };
}

function makeExact(identity: VectorIndexIdentity): VectorIndex {
  return createExactIndex({ identity });
}

async function measure(from: {
  tools: readonly DataTool[];
  queries: readonly string[];
  makeIndex: MakeIndex;
}): Promise<Omit<LatencyRow, "index" | "growth">> {
  const { tools, queries, makeIndex } = from;
  let made: VectorIndex | undefined;
  const startedAt = performance.now();
  await using discovery = createDiscovery(
    { ...DISCOVERY_DEFAULTS, maxKeptAnswers: 0 },
    {
      catalog: createFixedCatalog(tools),
      access: { canUse: () => true },
      embedder: createBuiltinEmbedder(),
      createVectorIndex: async (identity) => (made = await makeIndex(identity)),
      metrics: createSilentMetrics(),
      log: createSilentLogger(),
      clock: createSystemClock(),
    },
  );
  await discovery.settled();
  await made?.settled();
  const buildMs = performance.now() - startedAt;
  const { signal } = new AbortController();
  const times: number[] = [];
  for (let pass = 0; pass <= WARM_UP_PASSES; pass++) {
    for (const query of queries) {
      const before = performance.now();
      await discovery.search({ query }, ANYONE, signal);
      if (pass === WARM_UP_PASSES) times.push(performance.now() - before);
    }
  }
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { tools: tools.length, p50Ms: quantile(0.5), p95Ms: quantile(0.95), buildMs };
}

function table(rows: readonly LatencyRow[]): string {
  const lines = rows.map((row) =>
    [
      row.index.padEnd(8),
      String(row.tools).padStart(7),
      row.p50Ms.toFixed(3).padStart(9),
      row.p95Ms.toFixed(3).padStart(9),
      `${row.growth.toFixed(1)}×`.padStart(8),
      row.buildMs.toFixed(0).padStart(9),
    ].join(" "),
  );
  const head = "index      tools    p50 ms    p95 ms   growth  build ms";
  return `${[head, ...lines].join("\n")}\n`;
}
