import type { Scope } from "../../src/kernel/scope.ts";
import { startDaemon, type Daemon } from "./daemon.ts";
import { restClient, type RestClient } from "./rest-client.ts";
import { untilState } from "./settled.ts";
import { waitFor } from "./wait-for.ts";

/** A daemon that shares a Redis with others. */
export type Replica = { daemon: Daemon; rest: RestClient };

/** What a replica is started with. */
export type ReplicaSetup = {
  /** The reference server that it knows as `ref`, and whose answers everybody shares. */
  serverUrl: string;
  redisUrl: string;
  env?: Record<string, string>;
  /** The section `cache`. */
  cache?: object;
};

/** Starts a daemon and waits until its server and its Redis are there. */
export async function startReplica(scope: Scope, setup: ReplicaSetup): Promise<Replica> {
  const { serverUrl, redisUrl, env = {}, cache = {} } = setup;
  const daemon = scope.use(
    await startDaemon({
      env,
      config: {
        cache,
        mcpServers: { ref: { url: serverUrl, cache: { ttlMs: 600_000, scope: "public" } } },
        redis: { url: redisUrl, commandTimeoutMs: 500, retryMaxMs: 300 },
      },
    }),
  );
  const rest = restClient(daemon.url);
  await untilState(rest, ["ref"]);
  await untilShared(rest, "ready");
  return { daemon, rest };
}

/** Waits until a replica has found out how its Redis is doing. */
export function untilShared(rest: RestClient, state: "ready" | "away"): Promise<unknown> {
  return waitFor(async () => (await rest.get("/v1/status")).body.sharedCache?.state === state, {
    what: `the shared cache to be ${state}`,
    timeoutMs: 20_000,
  });
}

/** What a replica says the note is, and which tier said so. */
export async function readNote({ rest }: Replica): Promise<{ text: string; cache: string }> {
  const { body } = await rest.call("ref__read_note");
  return { text: body.structuredContent.text, cache: body.meta.cache };
}
