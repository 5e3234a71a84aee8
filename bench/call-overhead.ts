// What a call costs through the gateway, over calling the same upstream directly, in one run:
//   npm run bench:calls [-- --json]
// Upstream, gateway (as built) and client are three processes. Rounds alternate, so that all share the
// machine's moods; medians are told.
import path from "node:path";
import { startBuiltGateway } from "./support/built-gateway.ts";
import { startChild } from "./support/child.ts";
import {
  mcpTarget,
  measureParallel,
  measureSerial,
  restTarget,
  type Target,
} from "./support/http-load.ts";
import { median } from "./support/statistics.ts";

const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;

await using upstream = await startChild(
  ["--import", "tsx", path.join(import.meta.dirname, "support/echo-upstream.ts")],
  /^http/,
);
await using gateway = await startBuiltGateway(
  { mcpServers: { bench: { url: upstream.line } } },
  "bench__echo",
);
const { origin } = gateway;

const targets: readonly Target[] = [
  mcpTarget("direct", upstream.line, "echo"),
  mcpTarget("gateway, one server", `${origin}/mcp/servers/bench`, "echo"),
  mcpTarget("gateway, whole catalogue", `${origin}/mcp/all`, "bench__echo"),
  restTarget("gateway, REST", origin, "bench__echo"),
].map((target) => ({ ...target, wanted: "hello" }));

// Just-in-time compilation takes its time: nothing is measured before it has settled.
for (let turn = 0; turn < WARM_UP_ROUNDS; turn++) {
  for (const target of targets) await measureParallel(target);
}

const latency = new Map<string, number[]>();
const throughput = new Map<string, number[]>();
for (let turn = 0; turn < ROUNDS; turn++) {
  for (const target of targets) {
    add(latency, target.name, await measureSerial(target));
    add(throughput, target.name, await measureParallel(target));
  }
}
report();

function add(into: Map<string, number[]>, name: string, value: number): void {
  into.set(name, [...(into.get(name) ?? []), value]);
}

function report(): void {
  const base = {
    latency: median(latency.get("direct")!),
    calls: median(throughput.get("direct")!),
  };
  const rows = targets.map(({ name }) => {
    const ms = median(latency.get(name)!);
    const perSecond = median(throughput.get(name)!);
    return {
      target: name,
      medianMs: round(ms, 3),
      overheadMs: round(ms - base.latency, 3),
      callsPerSecond: Math.round(perSecond),
      ratio: round(perSecond / base.calls, 2),
    };
  });
  if (process.argv.includes("--json")) console.log(JSON.stringify(rows));
  else console.table(rows);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
