import { parseArgs } from "node:util";
import { createExactIndex } from "../src/adapters/vectors/exact/exact-index.ts";
import { createBuiltinEmbedder } from "../src/adapters/embedding/builtin/builtin-embedder.ts";
import type { Principal } from "../src/core/access/index.ts";
import {
  createDiscovery,
  DISCOVERY_DEFAULTS,
  type SearchMode,
  type SwappableDiscovery,
} from "../src/core/discovery/index.ts";
import { createSilentMetrics } from "../src/core/metrics/index.ts";
import { createSystemClock } from "../src/kernel/clock.ts";
import { createSilentLogger } from "../src/kernel/log.ts";
import { createFixedCatalog } from "./discovery/fixed-catalog.ts";
import { ndcgAt, recallAt } from "./discovery/relevance.ts";
import { readRetrievalSets, type RetrievalSet } from "./discovery/tool-data.ts";

const HELP = `How well search finds the right tool, on the sets of a data folder.

  npx tsx bench/discovery-quality.ts --data DIR [--sets NAME,…] [--mode hybrid|dense|lexical] [--json]
`;

interface QualityRow {
  readonly set: string;
  readonly queries: number;
  readonly recallAt5: number;
  readonly ndcgAt10: number;
  /** Of all queries. */
  readonly abstainedRatio: number;
  /** Of the queries whose answer held a right tool among its first five. */
  readonly wronglyAbstainedRatio: number;
}

const ANYONE: Principal = {
  id: "bench",
  tenant: "default",
  role: "admin",
  rules: { allow: [], deny: [] },
};

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      sets: { type: "string" },
      mode: { type: "string", default: "hybrid" },
      json: { type: "boolean", default: false },
    },
  });
  if (values.data === undefined) {
    process.stderr.write(HELP);
    process.exitCode = 2;
    return;
  }
  const rows: QualityRow[] = [];
  for (const set of readRetrievalSets(values.data, values.sets?.split(","))) {
    rows.push(await measure(set, values.mode as SearchMode));
  }
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : table(rows));
}

async function measure(set: RetrievalSet, mode: SearchMode): Promise<QualityRow> {
  await using discovery = startDiscovery(set);
  await discovery.settled();
  const { signal } = new AbortController();
  const sums = { recall: 0, ndcg: 0, abstained: 0, right: 0, wronglyAbstained: 0 };
  for (const query of set.queries) {
    const answer = await discovery.search({ query: query.query, limit: 10, mode }, ANYONE, signal);
    const ranked = answer.hits.map(({ tool }) => tool.id);
    if (answer.abstained) sums.abstained += 1;
    if (query.relevant.length === 0) continue;
    const recall = recallAt(query, ranked, 5);
    sums.recall += recall;
    if (recall > 0) sums.right += 1;
    if (recall > 0 && answer.abstained) sums.wronglyAbstained += 1;
    sums.ndcg += ndcgAt(query, ranked, 10);
  }
  const count = set.queries.length;
  return {
    set: set.name,
    queries: count,
    recallAt5: sums.recall / count,
    ndcgAt10: sums.ndcg / count,
    abstainedRatio: sums.abstained / count,
    wronglyAbstainedRatio: sums.right === 0 ? 0 : sums.wronglyAbstained / sums.right,
  };
}

function startDiscovery(set: RetrievalSet): SwappableDiscovery {
  return createDiscovery(DISCOVERY_DEFAULTS, {
    catalog: createFixedCatalog(set.tools),
    access: { canUse: () => true },
    embedder: createBuiltinEmbedder(),
    createVectorIndex: (identity) => createExactIndex({ identity }),
    metrics: createSilentMetrics(),
    log: createSilentLogger(),
    clock: createSystemClock(),
  });
}

function table(rows: readonly QualityRow[]): string {
  const lines = rows.map((row) =>
    [
      row.set.padEnd(20),
      String(row.queries).padStart(7),
      row.recallAt5.toFixed(3).padStart(8),
      row.ndcgAt10.toFixed(3).padStart(8),
      row.abstainedRatio.toFixed(3).padStart(9),
      row.wronglyAbstainedRatio.toFixed(3).padStart(11),
    ].join(" "),
  );
  const head = `${"set".padEnd(20)} queries      R@5  nDCG@10 abstained though right`;
  return `${[head, ...lines].join("\n")}\n`;
}
