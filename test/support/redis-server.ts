import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { startSpawnedServer, type SpawnedServer } from "./spawned-server.ts";
import { makeTempDir } from "./temp-dir.ts";

const run = promisify(execFile);

/** How a Redis is started. */
export type RedisSetup = {
  /** Further words of its command line, such as `--maxmemory 3mb`. */
  args?: readonly string[];
  /** Default: one that is free. */
  port?: number;
  /** What its output shows once it can be used. */
  ready?: RegExp;
};

/** A real redis-server on a loopback port of its own, in a folder of its own, that writes nothing to disk. */
export type RedisServer = AsyncDisposable & {
  port: number;
  /** For example `redis://127.0.0.1:40123`. */
  url: string;
  /** Where its files, and its socket `redis.sock`, are. */
  folder: string;
  pid(): number;
  /** What redis-cli answers to a command; at most 5 s. */
  cli(...words: readonly string[]): Promise<string>;
  /** SIGSTOP: connections stay, nothing is answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** The same again, empty, on the same port; kills it first where it runs. */
  restart(): Promise<void>;
};

/**
 * Starts redis-server from the PATH and waits until it accepts connections.
 * @throws Error with its output when it does not.
 */
export async function startRedisServer(setup: RedisSetup = {}): Promise<RedisServer> {
  const folder = await makeTempDir();
  const port = setup.port ?? (await freePort());
  const start = (): Promise<SpawnedServer> => startOn(port, folder.path, setup);
  let server = await start().catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  const kill = async (): Promise<void> => {
    server.signal("SIGKILL");
    await server.exited;
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder: folder.path,
    pid: () => server.pid,
    cli: (...words) => redisCli(port, words),
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    kill,
    async restart() {
      await kill();
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await folder.remove();
    },
  };
}

async function startOn(port: number, folder: string, setup: RedisSetup): Promise<SpawnedServer> {
  const words = `--port ${port} --bind 127.0.0.1 --appendonly no --unixsocket redis.sock`.split(
    " ",
  );
  return startSpawnedServer(
    {
      command: "redis-server",
      args: [...words, "--save", "", "--dir", folder, ...(setup.args ?? [])],
      env: {},
    },
    setup.ready ?? /Ready to accept connections/,
  );
}

/** One command to the Redis on a port of this machine, as redis-cli prints its answer. */
export async function redisCli(port: number, words: readonly string[]): Promise<string> {
  const { stdout } = await run("redis-cli", ["-p", String(port), ...words], { timeout: 5_000 });
  return stdout.trim();
}
