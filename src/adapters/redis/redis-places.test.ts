import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../test/support/free-port.ts";
import {
  openRedisCache,
  untilRedisIs,
  type RedisCacheSetup,
} from "../../../test/support/redis-caches.ts";
import { startRedisCluster } from "../../../test/support/redis-cluster.ts";
import { startRedisSentinel } from "../../../test/support/redis-sentinel.ts";
import { startRedisServer, type RedisServer } from "../../../test/support/redis-server.ts";
import { makeTempDir } from "../../../test/support/temp-dir.ts";
import { makeTlsFiles } from "../../../test/support/tls-certificates.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import type { SharedCache } from "../../core/cache/index.ts";
import { record } from "../../core/cache/shared-samples.contract.ts";
import { createScope, type Scope } from "../../kernel/scope.ts";

const SCOPES = record().scopes;

let scope: Scope;
beforeEach(() => {
  scope = createScope();
});
afterEach(() => scope[Symbol.asyncDispose]());

async function connect(setup: RedisCacheSetup): Promise<SharedCache> {
  const cache = scope.use(openRedisCache(setup));
  await untilRedisIs("ready", cache);
  return cache;
}

async function awayBecause(setup: RedisCacheSetup): Promise<string> {
  const cache = scope.use(openRedisCache(setup));
  await untilRedisIs("away", cache);
  return JSON.stringify(cache.status());
}

/** Whether an entry written under the key is found again. */
async function keeps(cache: SharedCache, key = "k", more = {}): Promise<boolean> {
  const { generation } = (await cache.read(key, SCOPES))!;
  await cache.write(key, record(more), { generation });
  return (await cache.read(key, SCOPES))?.hit !== undefined;
}

const start = async (...args: string[]): Promise<RedisServer> =>
  scope.use(await startRedisServer({ args }));

describe("a Redis that asks who comes", () => {
  it("lets in whoever has the password, in the address or beside it", async () => {
    const { url, port } = await start("--requirepass", "p@ss/word");
    expect(await keeps(await connect({ url, password: "p@ss/word" }))).toBe(true);
    const whole = `redis://:p%40ss%2Fword@127.0.0.1:${port}/0`;
    const cache = await connect({ url: whole });
    expect(await keeps(cache)).toBe(true);
    expect(cache.status().target).toBe(`redis://127.0.0.1:${port}/0`);
  });

  it("turns others away, with a reason that names no secret", async () => {
    const { url } = await start("--requirepass", "right");
    expect(await awayBecause({ url })).toMatch(/asks for a password; set redis\.password/);
    const wrong = await awayBecause({ url, username: "somebody", password: "sesame" });
    expect(wrong).toMatch(/refuses the user name or password/);
    expect(wrong).not.toMatch(/sesame/);
  });

  it("may let a user do just what is needed", async () => {
    const redis = await start();
    await redis.cli("ACL", "SETUSER", "gateway", ...NEEDED.split(" "));
    const user = { url: redis.url, username: "gateway", password: "pw" };
    const cache = await connect(user);
    expect(await keeps(cache)).toBe(true);
    await cache.invalidate(SCOPES);
    expect(cache.status().state).toBe("ready");
  });

  it.each([
    ["hear messages", "on >pw ~* resetchannels +@all"],
    ["use its keys", "on >pw ~other:* &* +@all"],
    ["run scripts", "on >pw ~* &* +@all -@scripting"],
  ])("is away for a user who may not %s", async (_, rules) => {
    const redis = await start();
    await redis.cli("ACL", "SETUSER", "gateway", ...rules.split(" "));
    const reason = await awayBecause({ url: redis.url, username: "gateway", password: "pw" });
    expect(reason).toMatch(/the user lacks a permission \(NOPERM/);
  });
});

describe("a Redis behind TLS", () => {
  it("is trusted for its certificate, and for no other", async () => {
    const folder = scope.use(await makeTempDir()).path;
    const [files, others] = [await makeTlsFiles(folder), await makeTlsFiles(folder, "other")];
    const port = await freePort();
    const tls = `--tls-port ${port} --tls-cert-file ${files.cert} --tls-key-file ${files.key} --tls-ca-cert-file ${files.cert} --tls-auth-clients no`;
    await start(...tls.split(" "));
    const url = `rediss://127.0.0.1:${port}`;
    const cache = await connect({ url, tlsCaFile: files.cert });
    expect(await keeps(cache)).toBe(true);
    expect(await keeps(await connect({ url, tlsVerify: false }))).toBe(true);
    expect(await awayBecause({ url })).toMatch(/self-signed certificate/);
    expect(await awayBecause({ url, tlsCaFile: others.cert })).toMatch(/certificate/);
    const wrongName = { url, tlsCaFile: files.cert, tlsServerName: "elsewhere.test" };
    expect(await awayBecause(wrongName)).toMatch(/elsewhere\.test/);
    const missing = await awayBecause({ url, tlsCaFile: join(folder, "none.pem") });
    expect(missing).toMatch(/no such file.*none\.pem/);
  });
});

describe("a database of a Redis", () => {
  it("is the one that was asked for, also after the connection was cut", async () => {
    const redis = await start();
    const cache = await connect({ url: `${redis.url}/7` });
    expect(await keeps(cache)).toBe(true);
    await redis.cli("CLIENT", "KILL", "TYPE", "normal");
    await waitFor(
      async () => (await redis.cli("CLIENT", "LIST", "TYPE", "normal")).includes("db=7"),
      {
        what: "the next connection",
      },
    );
    await untilRedisIs("ready", cache);
    expect(await keeps(cache, "other")).toBe(true);
    expect(await redis.cli("-n", "0", "DBSIZE")).toBe("0");
  });

  it("keeps it away where there is none of that number, from the start or after a restart", async () => {
    const redis = await start();
    const reason = /it has no database 99 \(ERR DB index is out of range\)/;
    expect(await awayBecause({ url: `${redis.url}/99` })).toMatch(reason);
    expect(await awayBecause({ url: `unix://${redis.folder}/redis.sock`, db: 99 })).toMatch(reason);
    expect(await redis.cli("DBSIZE")).toBe("0");

    const roomy = await start("--databases", "100");
    const cache = await connect({ url: `${roomy.url}/99` });
    expect(await keeps(cache)).toBe(true);
    await roomy.kill();
    await untilRedisIs("away", cache);
    scope.use(await startRedisServer({ port: roomy.port }));
    await waitFor(() => cache.status().reason?.match(reason), { what: "the reason" });
    expect(cache.status().state).toBe("away");
  });
});

describe("what is not a Redis", () => {
  it("is called that, at every attempt, and by its address", async () => {
    const server = createServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    scope.defer(() => void server.close());
    const cache = scope.use(openRedisCache({ url: `redis://127.0.0.1:${port}/3` }));
    const reasons = new Set<string | undefined>();
    cache.onStatus(({ reason }) => reasons.add(reason));
    let attempts = 0;
    server.on("connection", () => (attempts += 1));
    await waitFor(() => attempts >= 5, { what: "five attempts" });
    expect([...reasons]).toEqual([
      `what answers at 127.0.0.1:${port} is not a Redis (Unknown RESP type 72 "H")`,
    ]);
  });
});

describe("a Redis at a socket", () => {
  it("is reached by its path", async () => {
    const redis = await start();
    const path = join(redis.folder, "redis.sock");
    const cache = await connect({ url: `unix://${path}` });
    expect(await keeps(cache)).toBe(true);
    expect(cache.status().target).toBe(`unix://${path}`);
  });
});

describe("a Redis that others use too", () => {
  it("keeps gateways apart by prefix and by database", async () => {
    const { url } = await start();
    const [cache, ...others] = [
      await connect({ url }),
      await connect({ url, keyPrefix: "other:" }),
      await connect({ url: `${url}/1` }),
    ];
    const heard: unknown[] = [];
    for (const other of others) other.onInvalidated((what) => heard.push(what));
    expect(await keeps(cache)).toBe(true);
    for (const other of others) expect((await other.read("k", SCOPES))?.hit).toBeUndefined();
    for (const other of others) expect(await keeps(other)).toBe(true);
    await cache.invalidate(SCOPES);
    for (const other of others) expect((await other.read("k", SCOPES))?.hit).toBeDefined();
    expect(heard).toEqual([]);
  });

  it("holds nothing of the gateway's that lives forever", async () => {
    const redis = await start();
    const cache = await connect({ url: redis.url });
    await keeps(cache);
    await cache.invalidate(["tag:t"]);
    await cache.remove("removed");
    await cache.lease("leased", 1_000);
    const keys = (await redis.cli("KEYS", "*")).split("\n");
    expect(keys.length).toBeGreaterThanOrEqual(5);
    for (const key of keys) expect(Number(await redis.cli("PTTL", key))).toBeGreaterThan(0);
  });

  it("compresses what is large, and takes nothing beyond the limit", async () => {
    const redis = await start();
    const cache = await connect({ url: redis.url, maxEntryBytes: 500_000 });
    for (const size of [4_000, 10_000, 400_000]) {
      const body = Buffer.alloc(size, '{"name":"again and again"},');
      expect(await keeps(cache, `k${size}`, { body })).toBe(true);
    }
    const lengths = ["k4000", "k10000", "k400000"].map((key) =>
      redis.cli("STRLEN", `switchboard:{0}:entry:${key}`),
    );
    const [small, medium, large] = (await Promise.all(lengths)).map(Number);
    expect(small).toBeGreaterThan(4_000);
    expect(medium).toBeLessThan(1_000);
    expect(large).toBeLessThan(10_000);
    expect(await keeps(cache, "too-large", { body: Buffer.alloc(500_001) })).toBe(false);
    const strict = await connect({ url: redis.url, maxEntryBytes: 100_000 });
    expect((await strict.read("k400000", SCOPES))?.hit).toBeUndefined();
  });
});

describe("Sentinel", () => {
  it("names the new master when the old one is gone", async () => {
    const rig = scope.use(await startRedisSentinel());
    const cache = await connect({ sentinels: [rig.address], sentinelName: rig.name });
    expect(await keeps(cache)).toBe(true);
    await rig.master.kill();
    await untilRedisIs("away", cache);
    await waitFor(() => cache.status().state === "ready", {
      what: "the cache to be back on the replica",
      timeoutMs: 20_000,
    });
    expect(await keeps(cache, "after")).toBe(true);
    expect(await rig.replica.cli("EXISTS", "switchboard:{0}:entry:after")).toBe("1");
  });

  it("that does not know the group is a reason to be away", async () => {
    const rig = scope.use(await startRedisSentinel());
    const reason = await awayBecause({ sentinels: [rig.address], sentinelName: "unknown" });
    expect(reason).toMatch(/sentinel/i);
  });
});

describe("a cluster", () => {
  it("spreads entries over its nodes, and voids them all in one step each", async () => {
    const cluster = scope.use(await startRedisCluster());
    const rules = [...NEEDED.split(" "), "+cluster"];
    for (const node of cluster.nodes) await node.cli("ACL", "SETUSER", "gateway", ...rules);
    const user = { username: "gateway", password: "pw" };
    const cache = await connect({ cluster: cluster.addresses, ...user });
    const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
    for (const key of keys) expect(await keeps(cache, key)).toBe(true);
    const counts = cluster.nodes.map((node) => node.cli("EVAL", COUNT_ENTRIES, "0"));
    for (const count of await Promise.all(counts)) expect(Number(count)).toBeGreaterThan(5);
    await cache.invalidate(SCOPES);
    for (const key of keys) expect((await cache.read(key, SCOPES))?.hit).toBeUndefined();
  });

  it("is away while a node is, and back with it", async () => {
    const cluster = scope.use(await startRedisCluster());
    const [cache, other] = [
      await connect({ cluster: cluster.addresses }),
      await connect({ cluster: cluster.addresses }),
    ];
    expect(await keeps(cache)).toBe(true);
    cluster.nodes[1]!.pause();
    await untilRedisIs("away", cache);
    await cache.invalidate(SCOPES);
    cluster.nodes[1]!.resume();
    await untilRedisIs("ready", cache);
    await untilRedisIs("ready", other);
    expect((await other.read("k", SCOPES))?.hit).toBeUndefined();
    expect(await keeps(cache)).toBe(true);
  });

  it("is followed when slots move to another node", async () => {
    const cluster = scope.use(await startRedisCluster(2));
    const cache = await connect({ cluster: cluster.addresses });
    const [from, to] = cluster.nodes as [RedisServer, RedisServer];
    const id = await to.cli("CLUSTER", "MYID");
    const slots = Array.from({ length: 64 }, (_, bucket) =>
      from.cli("CLUSTER", "KEYSLOT", `switchboard:{${bucket}}:newest`),
    );
    for (const slot of (await Promise.all(slots)).filter((text) => Number(text) < 8_192)) {
      for (const node of [to, from]) await node.cli("CLUSTER", "SETSLOT", slot, "NODE", id);
    }
    for (const key of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      expect(await waitFor(() => keeps(cache, key), { what: `${key} to be kept` })).toBe(true);
    }
  });
});

/** As docs/caching.md has it. */
const NEEDED =
  "on >pw resetchannels ~switchboard:* &switchboard:* +@read +@write +@connection +@scripting +@pubsub +time +info";
const COUNT_ENTRIES = "return #redis.call('KEYS', '*:entry:*')";
