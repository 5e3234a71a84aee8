import { mkdir, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../test/support/temp-dir.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import type { ConfigResult } from "./config.ts";
import { readEnvironment } from "./environment.ts";
import { type ConfigSources, loadConfig } from "./load-config.ts";
import { type ConfigUpdate, type ConfigWatch, watchConfig } from "./watch-config.ts";

let dir: TempDir;
let watch: ConfigWatch | undefined;
let updates: ConfigUpdate[];
beforeEach(async () => {
  dir = await makeTempDir();
  updates = [];
});
afterEach(async () => {
  watch?.[Symbol.dispose]();
  await dir.remove();
});

const at = (name: string) => join(dir.path, name);
const server = (command: string) => `mcpServers: { a: { command: ${command}, envFile: a.env } }\n`;

/** Loads and watches; polls only where the test says so. */
async function start(pollMs = 3_600_000, config?: string): Promise<ConfigWatch> {
  await writeFile(at("a.env"), "A=1\n");
  const environment = readEnvironment({ HOME: dir.path });
  const sources: ConfigSources = {
    cwd: dir.path,
    environment,
    ...(config === undefined ? {} : { flags: { config } }),
  };
  const loaded = loadConfig(sources) as Extract<ConfigResult, { kind: "ok" }>;
  expect(loaded.kind).toBe("ok");
  watch = watchConfig(sources, loaded, {
    debounceMs: 20,
    pollMs,
    onUpdate: (update) => updates.push(update),
  });
  return watch;
}

const until = (kind: ConfigUpdate["kind"]) =>
  waitFor(() => updates.find((update) => update.kind === kind), { what: `an update: ${kind}` });

/** Waits until the servers in force hold a text. */
const shows = (running: ConfigWatch, text: string) =>
  waitFor(() => JSON.stringify(running.current.servers).includes(text), { what: text });

describe("watchConfig", () => {
  it("tells what changed, and holds the last good configuration", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const { current } = await start();
    expect(current.servers).toHaveLength(1);
    await writeFile(at("switchboard.yaml"), `${server("y")}gateway: { port: 1 }\n`);
    expect(await until("changed")).toMatchObject({
      changes: {
        servers: { added: [], changed: ["a"], removed: [] },
        needRestart: ["gateway.port"],
      },
    });
    expect(watch?.current.http.port).toBe(1);
  });

  it("keeps the last good configuration over a bad edit, and takes the next good one", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const running = await start();
    const before = running.current;
    await writeFile(at("switchboard.yaml"), "gateway: { port: none }\n");
    expect(await until("rejected")).toMatchObject({ result: { problems: [{ line: 1 }] } });
    expect(running.current).toBe(before);
    await writeFile(at("switchboard.yaml"), "");
    await until("changed");
    expect(running.current.servers).toEqual([]);
  });

  it("survives editors that put a new file in the old one's place, again and again", async () => {
    await writeFile(at("switchboard.yaml"), server("x0"));
    const running = await start();
    for (const command of ["x1", "x2", "x3"]) {
      await writeFile(at(".swp"), server(command));
      await rename(at(".swp"), at("switchboard.yaml"));
      expect(await shows(running, `"${command}"`)).toBe(true);
    }
  });

  it("follows environment files, also ones that are named later", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const running = await start();
    await writeFile(at("a.env"), "A=22\n");
    expect(await shows(running, `"A":"22"`)).toBe(true);
    await mkdir(at("sub"));
    await writeFile(at("sub/b.env"), "B=1\n");
    await writeFile(at("switchboard.yaml"), server("x").replace("a.env", "sub/b.env"));
    expect(await shows(running, `"B":"1"`)).toBe(true);
    await writeFile(at("sub/b.env"), "B=33\n");
    expect(await shows(running, `"B":"33"`)).toBe(true);
  });

  it("follows a symbolic link that is bent to another file", async () => {
    await writeFile(at("one.yaml"), server("x"));
    await writeFile(at("two.yaml"), server("second"));
    await symlink("one.yaml", at("switchboard.yaml"));
    const running = await start();
    await symlink("two.yaml", at("next"));
    await rename(at("next"), at("switchboard.yaml"));
    expect(await shows(running, "second")).toBe(true);
  });

  it("keeps running without the file, and takes it again when it is back", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const running = await start();
    await unlink(at("switchboard.yaml"));
    expect(await until("rejected")).toMatchObject({
      result: { problems: [{ message: expect.stringContaining("there is no such file") }] },
    });
    expect(running.current.servers).toHaveLength(1);
    await writeFile(at("switchboard.yaml"), server("back"));
    await until("changed");
  });

  it("notices by itself where the system tells nothing", async () => {
    await mkdir(at("etc"));
    await writeFile(at("etc/c.yaml"), "gateway: { port: 1 }\n");
    const running = await start(30, "etc/c.yaml");
    // The watched folder goes, and with it every event; only looking finds the new one.
    await rm(at("etc"), { recursive: true });
    await until("rejected");
    await mkdir(at("etc"));
    await writeFile(at("etc/c.yaml"), "gateway: { port: 2 }\n");
    expect(await waitFor(() => running.current.http.port === 2, { what: "port 2" })).toBe(true);
  });

  it("reads at once when asked, and says when nothing changed", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const running = await start();
    expect(running.reload().kind).toBe("unchanged");
    await writeFile(at("switchboard.yaml"), "");
    expect(running.reload().kind).toBe("changed");
  });

  it("is silent once disposed", async () => {
    await writeFile(at("switchboard.yaml"), server("x"));
    const running = await start(20);
    running[Symbol.dispose]();
    await writeFile(at("switchboard.yaml"), "");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(updates).toEqual([]);
  });
});
