import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../test/support/temp-dir.ts";
import { compareConfigs, isUnchanged } from "./compare-configs.ts";
import { readEnvironment } from "./environment.ts";
import { loadConfig } from "./load-config.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await makeTempDir();
});
afterEach(() => dir.remove());

async function configOf(text: string) {
  await writeFile(join(dir.path, "switchboard.yaml"), text);
  const result = loadConfig({ cwd: dir.path, environment: readEnvironment({ HOME: "/h" }) });
  if (result.kind === "failed") throw new Error(JSON.stringify(result.problems));
  return result.config;
}

const compare = async (before: string, after: string) =>
  compareConfigs(await configOf(before), await configOf(after));

describe("compareConfigs", () => {
  it("tells servers that came, changed and went", async () => {
    const { servers } = await compare(
      "mcpServers: { a: { command: x }, b: { command: y }, c: { command: z } }\n",
      "mcpServers: { b: { command: y, timeoutMs: 5 }, c: { command: z }, d: { command: w } }\n",
    );
    expect(servers).toEqual({ added: ["d"], changed: ["b"], removed: ["a"] });
  });

  it("tells settings that are taken over apart from those that wait for a restart", async () => {
    const changes = await compare(
      "gateway: { port: 1 }\n",
      "gateway: { port: 2, dataDir: /x, allowCommandsOverApi: true }\nresilience: { retry: { maxAttempts: 1 } }\ntelemetry: { logLevel: debug }\n",
    );
    expect(changes.applied.toSorted()).toEqual([
      "gateway.allowCommandsOverApi",
      "telemetry.logLevel",
    ]);
    expect(changes.needRestart.toSorted()).toEqual([
      "gateway.dataDir",
      "gateway.port",
      "resilience.retry",
    ]);
  });

  it("takes over composites and composition rules, and lets other bounds of plans wait", async () => {
    const plan = "description: D., steps: [{ id: a, tool: x__y }]";
    const rule = "{ after: [a__b], forbid: [c__d], reason: R. }";
    const changes = await compare(
      `composites: { one: { ${plan} } }\n`,
      `composites: { one: { title: T, ${plan} } }\nplans: { maxSteps: 5, rules: [${rule}] }\n`,
    );
    expect(changes.applied.toSorted()).toEqual(["composites", "plans.rules"]);
    expect(changes.needRestart).toEqual(["plans.maxSteps"]);
  });

  it("sees no change in what is only written differently", async () => {
    const changes = await compare(
      "mcpServers: { a: { command: x, args: [] }, b: { url: 'https://h' } }\n",
      "# moved\nservers:\n  b: { type: http, url: https://h/ }\n  a:\n    command: x\ngateway: { port: 8700 }\n",
    );
    expect(isUnchanged(changes)).toBe(true);
  });
});
