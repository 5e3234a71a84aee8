import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPinoLogger } from "../adapters/pino/index.ts";
import { readEnvironment, type Config, type ConfigSources } from "../config/index.ts";
import { createFakeGateway } from "../../test/support/fake-gateway.ts";
import { createConfigKeeper } from "./config-keeper.ts";
import { readSources } from "./read-sources.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchboard-keeper-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function watched(applyConfig: (config: Config) => Promise<void>) {
  const file = join(folder, "switchboard.yaml");
  await writeFile(file, "mcpServers: {}\n");
  const environment = readEnvironment({ HOME: folder });
  const sources: ConfigSources = { environment, cwd: folder, flags: { config: file } };
  const gateway = createFakeGateway();
  const logger = createPinoLogger({}, { stream: { write: () => undefined } });
  const runtime = { applyConfig, gateway };
  const keeper = createConfigKeeper(sources, readSources(sources), { runtime, logger });
  return {
    keeper,
    events: gateway.events,
    write: (text: string) => writeFile(file, text),
    [Symbol.dispose]() {
      keeper[Symbol.dispose]();
      gateway[Symbol.dispose]();
    },
  };
}

const ONE_SERVER = "mcpServers: { one: { url: 'http://127.0.0.1:9/mcp' } }\n";

describe("reloading", () => {
  it("ends when the change is in force, and tells of it", async () => {
    const applied: number[] = [];
    using world = await watched(async ({ servers }) => void applied.push(servers.length));
    await world.write(ONE_SERVER);
    expect(await world.keeper.reload()).toEqual({ warnings: [] });
    expect(applied).toEqual([1]);
    expect(world.events.since(0)).toMatchObject([{ type: "config.reloaded" }]);
  });

  it("fails when the change cannot be put in force, and goes on with the next", async () => {
    let isBroken = true;
    using world = await watched(async () => {
      if (isBroken) throw new Error("no room");
    });
    await world.write(ONE_SERVER);
    await expect(world.keeper.reload()).rejects.toThrow("no room");
    isBroken = false;
    await world.write("mcpServers: {}\n");
    expect(await world.keeper.reload()).toEqual({ warnings: [] });
  });

  it("names every problem of a bad edit, and puts nothing in force", async () => {
    using world = await watched(() => Promise.reject(new Error("nothing was to be applied")));
    await world.write("mcpServers: {}\ngatway: {}\n");
    await expect(world.keeper.reload()).rejects.toMatchObject({
      code: "invalid-config",
      data: { problems: [expect.stringContaining("gateway")] },
    });
    expect(world.events.since(0)).toMatchObject([{ type: "config.rejected" }]);
  });
});
