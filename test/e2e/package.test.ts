import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everythingEntry } from "../support/real-servers.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../..");

let folder: Awaited<ReturnType<typeof makeTempDir>>;
let home: string;
let command: string;

beforeAll(async () => {
  folder = await makeTempDir();
  home = path.join(folder.path, "home");
  await mkdir(home);
  // Built before, since other tests read the build while this one packs.
  if (!existsSync(path.join(root, "dist/.built")))
    await run("npm", ["run", "build"], { cwd: root });
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder.path], {
    cwd: root,
  });
  const tarball = path.join(folder.path, packed.stdout.trim().split("\n").at(-1)!);
  await writeFile(path.join(folder.path, "package.json"), `{"private":true}`);
  await run("npm", ["install", "--omit=dev", "--no-audit", "--no-fund", tarball], {
    cwd: folder.path,
  });
  command = path.join(folder.path, "node_modules/.bin/switchboard");
}, 180_000);
afterAll(() => folder.remove());

async function switchboard(...args: string[]): Promise<string> {
  const { PATH = "" } = process.env;
  const env = { PATH, HOME: home, SWITCHBOARD_OFFLINE: "1" };
  return (await run(command, args, { cwd: folder.path, env })).stdout;
}

describe("the package, installed into an empty folder", () => {
  it("knows its version and its commands", async () => {
    const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as {
      version: string;
    };
    expect((await switchboard("--version")).trim()).toBe(version);
    expect(await switchboard("--help")).toContain("search");
  });

  it("finds and calls a real server's tool, and counts tokens, without a daemon", async () => {
    const config = JSON.stringify({ mcpServers: { everything: everythingEntry() } });
    await writeFile(path.join(folder.path, "switchboard.json"), config);
    const found = JSON.parse(await switchboard("search", "add two numbers", "--json")) as {
      tools: { id: string }[];
    };
    expect(found.tools[0]?.id).toBe("everything__get-sum");
    const sum = await switchboard("call", "everything__get-sum", `{"a":2,"b":40}`);
    expect(sum).toContain("42");
    expect(await switchboard("tokens")).toContain("o200k_base");
  }, 60_000);

  it("carries no tests and no sources", async () => {
    const { stdout } = await run("find", [
      path.join(folder.path, "node_modules/switchboard-gateway"),
      "-name",
      "*.test.*",
    ]);
    expect(stdout).toBe("");
  });
});
