import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createScope, type Scope } from "../../src/kernel/scope.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { startRedisServer, type RedisServer } from "../support/redis-server.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

let scope: Scope;
let redis: RedisServer;
let reference: ReferenceServer;
beforeEach(async () => {
  scope = createScope();
  redis = scope.use(await startRedisServer());
  reference = await startModernHttpServer();
  scope.defer(() => reference.close());
});
afterEach(() => scope[Symbol.asyncDispose]());

type Replica = { daemon: Daemon; rest: RestClient };

async function startReplica(): Promise<Replica> {
  const daemon = scope.use(
    await startDaemon({
      config: {
        mcpServers: { ref: { url: reference.url, cache: { ttlMs: 600_000, scope: "public" } } },
        redis: { url: redis.url, commandTimeoutMs: 500, retryMaxMs: 300 },
      },
    }),
  );
  const rest = restClient(daemon.url);
  await untilState(rest, ["ref"]);
  await untilShared(rest, "ready");
  return { daemon, rest };
}

/** Waits until the replica has found out how its Redis is doing. */
function untilShared(rest: RestClient, state: string): Promise<unknown> {
  return waitFor(async () => (await rest.get("/v1/status")).body.sharedCache?.state === state, {
    what: `the shared cache to be ${state}`,
    timeoutMs: 10_000,
  });
}

async function readNote({ rest }: Replica): Promise<{ text: string; cache: string }> {
  const { body } = await rest.call("ref__read_note");
  return { text: body.structuredContent.text, cache: body.meta.cache };
}

describe("two replicas with one Redis", () => {
  it("answer from what the other has asked, until either of them writes", async () => {
    const [one, other] = [await startReplica(), await startReplica()];
    expect(await readNote(one)).toMatchObject({ cache: "miss" });
    expect(await readNote(one)).toMatchObject({ cache: "l1" });
    expect(await readNote(other)).toMatchObject({ cache: "l2" });
    expect(await readNote(other)).toMatchObject({ cache: "l1" });
    await one.rest.call("ref__write_note", { text: "new" });
    const seen = await waitFor(
      async () => {
        const note = await readNote(other);
        return note.text === "new" && note;
      },
      { what: "the other replica to see what was written", timeoutMs: 2_000, everyMs: 1 },
    );
    expect(seen.cache).toMatch(/^(miss|l2)$/);
    expect((await readNote(one)).text).toBe("new");
  });

  it("make one call of many that are alike and come at once", async () => {
    const replicas = [await startReplica(), await startReplica()];
    const calls = Array.from({ length: 100 }, (_, index) =>
      replicas[index % 2]!.rest.call("ref__slow", { ms: 300, steps: 1 }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { body } = await replicas[0]!.rest.call("ref__counter", {}, { cache: "bypass" });
    expect(body.structuredContent.calls.slow).toBe(1);
  });

  it("go on without it when it is killed, say so, and take it up again", async () => {
    const one = await startReplica();
    await readNote(one);
    await redis.kill();
    await untilShared(one.rest, "away");
    expect((await one.rest.get("/readyz")).body).toMatchObject({ ready: true });
    const { body: status } = await one.rest.get("/v1/status");
    expect(status.sharedCache).toMatchObject({
      state: "away",
      reason: expect.stringMatching(/nothing listens there|was cut/),
      target: `${redis.url}/0`,
    });
    await one.rest.call("ref__write_note", { text: "meanwhile" });
    expect((await readNote(one)).text).toBe("meanwhile");
    const metrics = (await one.rest.get("/metrics")).text;
    expect(metrics).toMatch(/^switchboard_shared_cache_up 0$/m);
    const doctor = await runSwitchboard(["doctor", "--config", one.daemon.configFile], {
      SWITCHBOARD_DATA_DIR: one.daemon.dataDir,
    });
    expect(doctor.stdout).toMatch(/redis.*nothing listens there/);
    await redis.restart();
    await untilShared(one.rest, "ready");
    expect((await readNote(one)).text).toBe("meanwhile");
  });

  it("end at once while it is paused", async () => {
    const { daemon } = await startReplica();
    redis.pause();
    expect(await daemon.stop()).toBe(0);
    expect(daemon.log()).not.toMatch(/time limit|Unhandled/);
  });
});
