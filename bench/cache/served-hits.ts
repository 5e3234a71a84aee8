import { startBuiltGateway } from "../support/built-gateway.ts";
import { startChild } from "../support/child.ts";
import {
  mcpTarget,
  measureParallel,
  measureSerial,
  restTarget,
  type Target,
} from "../support/http-load.ts";
import { median } from "../support/statistics.ts";

const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;

/** How fast a target answers. */
export interface ServedHits {
  readonly target: string;
  /** One client, median. */
  readonly medianMs: number;
  /** 64 clients. */
  readonly callsPerSecond: number;
  /** Of the server called directly, in the same run. */
  readonly ratio: number;
  readonly budget: string;
}

/** Calls that the daemon answers from memory, against the same server called directly. */
export async function measureServedHits(upstreamScript: string): Promise<ServedHits[]> {
  await using upstream = await startChild(["--import", "tsx", upstreamScript], /^http/);
  const bench = { url: upstream.line, cache: { ttlMs: 3_600_000 } };
  await using gateway = await startBuiltGateway({ mcpServers: { bench } }, "bench__look_up");
  const { origin } = gateway;
  const overMcp = (name: string, path: string, tool: string): Target => ({
    ...mcpTarget(name, `${origin}${path}`, tool),
    wanted: '"switchboard/cache":"l1"',
  });
  const rest = restTarget("REST, from L1", origin, "bench__look_up");
  const targets: Target[] = [
    { ...mcpTarget("direct", upstream.line, "look_up"), wanted: "hello" },
    overMcp("/mcp/servers/{id}, from L1", "/mcp/servers/bench", "look_up"),
    overMcp("/mcp/all, from L1", "/mcp/all", "bench__look_up"),
    { ...rest, wanted: '"cache":"l1"' },
  ];
  await fetch(`${origin}${rest.path}`, { method: "POST", headers: rest.headers, body: rest.body });
  for (let turn = 0; turn < WARM_UP_ROUNDS; turn++) {
    for (const target of targets) await measureParallel(target);
  }
  const rounds = targets.map((target) => ({ target, ms: [] as number[], rates: [] as number[] }));
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (const { target, ms, rates } of rounds) {
      ms.push(await measureSerial(target));
      rates.push(await measureParallel(target));
    }
  }
  const direct = median(rounds[0]!.rates);
  return rounds.map(({ target, ms, rates }, index) => ({
    target: target.name,
    medianMs: Number(median(ms).toFixed(3)),
    callsPerSecond: Math.round(median(rates)),
    ratio: Number((median(rates) / direct).toFixed(2)),
    budget: index === 0 ? "" : "≥ 0.60",
  }));
}
