import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../test/support/temp-dir.ts";
import { readEnvironment } from "./environment.ts";
import { loadConfig } from "./load-config.ts";
import { formatProblem } from "./problem.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

async function load(redis: string, variables: Record<string, string> = {}) {
  await writeFile(join(dir.path, "switchboard.yaml"), `redis: ${redis}\n`);
  const environment = readEnvironment({ HOME: dir.path, ...variables });
  return loadConfig({ flags: {}, cwd: dir.path, environment });
}

async function problemsOf(redis: string): Promise<string[]> {
  const result = await load(redis);
  if (result.kind === "ok") return [];
  return result.problems.map((problem) => formatProblem(problem).replace(`${dir.path}/`, ""));
}

describe("the section redis", () => {
  it.each([
    ["{ url: redis://127.0.0.1 }"],
    ["{ url: 'rediss://user:p%40ss@redis.example.org:6380/2' }"],
    ["{ url: 'redis://[::1]:6379/0' }"],
    ["{ url: 'unix:///run/redis/redis.sock' }"],
    ["{ sentinels: ['one:26379', two], sentinelName: main, db: 3 }"],
    ["{ cluster: ['10.0.0.1:7000', '[::1]:7001'], tls: true }"],
  ])("takes %s", async (redis) => {
    expect(await problemsOf(redis)).toEqual([]);
  });

  it.each([
    ["{ url: 'http://h' }", /redis\.url: must be redis:\/\/host:6379\/0/],
    ["{ url: 'redis://a:b/c@h' }", /redis\.url: .* written %2F/],
    ["{ sentinels: ['redis://h:1'] }", /redis\.sentinels\[0\]: must be host:port/],
    ["{ url: redis://h, cluster: ['h:1'] }", /redis\.cluster: there is redis\.url already/],
    ["{ cluster: ['h:1'], db: 2 }", /redis\.db: is 2, but a cluster has only database 0/],
    ["{ url: redis://h, username: me }", /redis\.username: needs redis\.password/],
    ["{ url: redis://h, tlsCertFile: a.pem }", /redis\.tlsCertFile: needs redis\.tlsKeyFile/],
    ["{ keyPrefix: 'a{b}' }", /redis\.keyPrefix: must be 1–64 signs/],
  ])("refuses %s", async (redis, message) => {
    expect(await problemsOf(redis)).toEqual([expect.stringMatching(message)]);
  });

  it("never shows what may be a password", async () => {
    const wrong = ["{ url: 'ftp://me:hunter2@h' }", "{ password: [hunter2] }"];
    for (const redis of wrong) {
      const [problem] = await problemsOf(redis);
      expect(problem).toMatch(/redis\./);
      expect(problem).not.toContain("hunter2");
    }
  });

  it("keeps passwords out of logs, and nothing else of an address", async () => {
    const secretsOf = async (redis: string) => {
      const result = await load(redis, { REDIS_PASSWORD: "from-outside" });
      return result.kind === "ok" ? result.secrets : [];
    };
    expect(await secretsOf("{ url: 'redis://me:p%40ssword@h' }")).toEqual(
      expect.arrayContaining(["p%40ssword", "p@ssword"]),
    );
    expect(await secretsOf("{ url: redis://127.0.0.1 }")).toEqual([]);
    expect(await secretsOf("{ url: redis://h, password: '${REDIS_PASSWORD}' }")).toEqual([
      "from-outside",
    ]);
    expect(await secretsOf("{ sentinels: [h], sentinelPassword: watchword }")).toEqual([
      "watchword",
    ]);
  });

  it("finds TLS files beside the configuration", async () => {
    const result = await load("{ url: rediss://h, tlsCaFile: ca.pem }");
    expect(result).toMatchObject({ config: { redis: { tlsCaFile: join(dir.path, "ca.pem") } } });
  });
});
