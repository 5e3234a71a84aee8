// How fast plans run:
//   npm run bench:plans [-- --json]
// First what the scheduler itself costs, with calls that answer at once. Then plans through the real gateway over MCP
// servers in processes of their own, whose tools take 5 to 200 ms: over the critical path, and against the same calls
// level by level and one after another. Medians are told.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPinoLogger } from "../src/adapters/pino/index.ts";
import { createGateway } from "../src/app/create-gateway.ts";
import { loadConfig } from "../src/config/index.ts";
import { createScope } from "../src/kernel/scope.ts";
import { measureWorkload } from "./plans/plan-times.ts";
import { measureScheduler } from "./plans/scheduler-cost.ts";
import { workloads } from "./plans/workloads.ts";
import { startChild } from "./support/child.ts";

const SERVERS = ["one", "two", "three"];

const scheduler = await measureScheduler();
const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
const plans = await measurePlans();
rmSync(folder, { recursive: true, force: true });
if (process.argv.includes("--json")) console.log(JSON.stringify({ scheduler, plans }));
else for (const table of [scheduler, plans]) console.table(table);

async function measurePlans(): Promise<Record<string, unknown>[]> {
  const script = path.join(import.meta.dirname, "support/latency-upstream.ts");
  await using scope = createScope();
  const start = async () => scope.use(await startChild(["--import", "tsx", script], /^http/));
  const children = await Promise.all(SERVERS.map(start));
  const entries = SERVERS.map((id, at) => [id, { url: children[at]!.line, maxConcurrency: 1_000 }]);
  const file = path.join(folder, "switchboard.yaml");
  writeFileSync(
    file,
    JSON.stringify({
      embedding: { provider: "builtin" },
      plans: { concurrency: 64, serverConcurrency: 64 },
      mcpServers: Object.fromEntries(entries) as object,
    }),
  );
  const loaded = loadConfig({ flags: { config: file } });
  if (loaded.kind !== "ok") throw new Error(JSON.stringify(loaded.problems));
  using logger = createPinoLogger({ level: "error", secrets: [] });
  await using runtime = await createGateway(loaded.config, { version: "bench", logger });
  await runtime.setServers(loaded.config.servers);
  const { gateway } = runtime;
  while (gateway.catalog.size < 6 * SERVERS.length) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const rows: Record<string, unknown>[] = [];
  for (const workload of workloads()) {
    rows.push(await measureWorkload(gateway, SERVERS, workload));
  }
  return rows;
}
