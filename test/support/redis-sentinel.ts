import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { redisCli, startRedisServer, type RedisServer } from "./redis-server.ts";
import { startSpawnedServer } from "./spawned-server.ts";
import { makeTempDir } from "./temp-dir.ts";
import { waitFor } from "./wait-for.ts";

/** A master with a replica, watched by one sentinel that is enough to fail over. */
export type RedisSentinel = AsyncDisposable & {
  master: RedisServer;
  replica: RedisServer;
  /** Name of the group of both. */
  name: string;
  /** `host:port` of the sentinel. */
  address: string;
};

/**
 * Starts the three and waits (at most 20 s) until the sentinel knows both servers.
 * @throws Error when it does not come to know them.
 */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const parts: AsyncDisposable[] = [];
  const own = <Part extends AsyncDisposable>(part: Part): Part => (parts.unshift(part), part);
  const dispose = async (): Promise<void> => {
    for (const part of parts) await part[Symbol.asyncDispose]();
  };
  try {
    const folder = own(await makeTempDir());
    const master = own(await startRedisServer());
    const replicaOf = `--replicaof 127.0.0.1 ${master.port} --repl-diskless-sync-delay 0`;
    const replica = own(await startRedisServer({ args: replicaOf.split(" ") }));
    const port = await freePort();
    const file = join(folder.path, "sentinel.conf");
    await writeFile(file, sentinelConfig(port, master.port));
    const entry = { command: "redis-server", args: [file, "--sentinel"], env: {} };
    own(await startSpawnedServer(entry, /\+monitor master/));
    await waitFor(async () => (await replica.cli("ROLE")).includes("connected"), {
      what: "the replica to follow its master",
      timeoutMs: 20_000,
    });
    await waitFor(() => redisCli(port, ["SENTINEL", "REPLICAS", "main"]), {
      what: "the sentinel to know the replica",
      timeoutMs: 20_000,
    });
    return {
      master,
      replica,
      name: "main",
      address: `127.0.0.1:${port}`,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function sentinelConfig(port: number, masterPort: number): string {
  return [
    `port ${port}`,
    "bind 127.0.0.1",
    `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 3000",
    "",
  ].join("\n");
}
