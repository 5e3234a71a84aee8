import { startModernHttpServer } from "../../test/support/modern-http-server.ts";
import { startRedisServer } from "../../test/support/redis-server.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { openGateway, type InProcessGateway } from "./in-process-gateway.ts";

const CALLERS = 100;

/** How many calls a server got of a hundred that were alike and came at once. */
export interface Coalescing {
  readonly replicas: number;
  readonly callers: number;
  readonly upstreamCalls: number;
  readonly failed: number;
}

/** In one process, and over two replicas with one Redis. */
export async function measureCoalescing(): Promise<Coalescing[]> {
  await using server = await startModernHttpServer();
  await using redis = await startRedisServer();
  const cache = { ttlMs: 3_600_000 };
  const open = (sections = {}): Promise<InProcessGateway> =>
    openGateway({ serverUrl: server.url, tool: "slow", cache, sections });
  await using alone = await open();
  const shared = { redis: { url: redis.url } };
  await using one = await open(shared);
  await using other = await open(shared);
  for (const { gateway } of [one, other]) {
    await waitFor(() => gateway.caches.stats().l2?.state === "ready", { what: "Redis" });
  }
  const rows: Coalescing[] = [];
  for (const [index, gateways] of [[alone], [one, other]].entries()) {
    const before = server.stats.calls["slow"] ?? 0;
    const calls = Array.from({ length: CALLERS }, (_, caller) =>
      gateways[caller % gateways.length]!.call(`{"ms":${50 + index},"steps":1}`),
    );
    const outcomes = await Promise.all(calls);
    rows.push({
      replicas: gateways.length,
      callers: CALLERS,
      upstreamCalls: server.stats.calls["slow"]! - before,
      failed: outcomes.filter(({ kind }) => kind !== "result").length,
    });
  }
  return rows;
}
