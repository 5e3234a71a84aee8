// What a call costs through the gateway, over calling the same upstream directly, in one run:
//   npm run bench:calls [-- --json]
// Upstream, gateway (as built) and client are three processes. Rounds alternate, so that all share the
// machine's moods; medians are told.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pool } from "undici";
import { startChild } from "./support/child.ts";
import { median, quantile } from "./support/statistics.ts";

const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;
const SERIAL_CALLS = 1_000;
const CLIENTS = 64;
const PARALLEL_MS = 2_000;

interface Target {
  readonly name: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
await using upstream = await startChild(
  ["--import", "tsx", path.join(import.meta.dirname, "support/echo-upstream.ts")],
  /^http/,
);
const config = path.join(folder, "switchboard.yaml");
writeFileSync(
  config,
  JSON.stringify({
    gateway: { port: 0, dataDir: path.join(folder, "data") },
    embedding: { provider: "builtin" },
    telemetry: { logLevel: "warn" },
    mcpServers: { bench: { url: upstream.line } },
  }),
);
await using gateway = await startChild(
  [
    path.join(import.meta.dirname, "../dist/bin/switchboard.js"),
    "serve",
    "--json",
    "--config",
    config,
  ],
  /"url"/,
);
const origin = /"url":\s*"(.+?)"/.exec(gateway.line)![1]!;
await waitForTool();

const targets: readonly Target[] = [
  mcp("direct", upstream.line, "echo"),
  mcp("gateway, one server", `${origin}/mcp/servers/bench`, "echo"),
  mcp("gateway, whole catalogue", `${origin}/mcp/all`, "bench__echo"),
  {
    name: "gateway, REST",
    origin,
    path: "/v1/tools/bench__echo/call",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ arguments: { text: "hello" } }),
  },
];

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
rmSync(folder, { recursive: true, force: true });

function mcp(name: string, url: string, tool: string): Target {
  const { origin: at, pathname } = new URL(url);
  return {
    name,
    origin: at,
    path: pathname,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": tool,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name: tool,
        arguments: { text: "hello" },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  };
}

async function call(pool: Pool, target: Target): Promise<void> {
  const { headers, body } = target;
  const answer = await pool.request({ method: "POST", path: target.path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.includes("hello")) {
    throw new Error(`${target.name}: ${answer.statusCode} ${text.slice(0, 200)}`);
  }
}

/** Median milliseconds of calls one after another. */
async function measureSerial(target: Target): Promise<number> {
  const pool = new Pool(target.origin, { connections: 1 });
  const samples: number[] = [];
  for (let at = 0; at < SERIAL_CALLS; at++) {
    const startedAt = performance.now();
    await call(pool, target);
    samples.push(performance.now() - startedAt);
  }
  await pool.close();
  return quantile(samples.slice(SERIAL_CALLS / 10), 0.5);
}

/** Calls a second of many clients at once. */
async function measureParallel(target: Target): Promise<number> {
  const pool = new Pool(target.origin, { connections: CLIENTS });
  const startedAt = performance.now();
  let calls = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - startedAt < PARALLEL_MS) {
      await call(pool, target);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await pool.close();
  return (calls * 1_000) / (performance.now() - startedAt);
}

async function waitForTool(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`${origin}/v1/tools/bench__echo`);
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the gateway did not find the bench server");
}

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
