import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../../test/support/temp-dir.ts";
import { readEnvironment } from "../environment.ts";
import { clientFiles } from "./client-files.ts";
import { findClientServers, type ImportSources, readClientServers } from "./import-servers.ts";

let dir: TempDir;
let sources: ImportSources;
beforeEach(async () => {
  dir = await makeTempDir();
  const environment = readEnvironment({ HOME: join(dir.path, "home") });
  sources = { environment, cwd: join(dir.path, "work/project"), platform: "linux" };
});
afterEach(() => dir.remove());

async function put(path: string, value: unknown): Promise<string> {
  const file = join(dir.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

describe("findClientServers", () => {
  it("finds nothing where no client is", () => {
    expect(findClientServers(sources)).toEqual([]);
  });

  it("finds the servers of every client, in their own files and the project's", async () => {
    await put("home/.config/Claude/claude_desktop_config.json", {
      mcpServers: { desktop: { command: "a" } },
    });
    await put("home/.claude.json", {
      numStartups: 7,
      mcpServers: { user: { type: "http", url: "https://u/mcp" } },
      projects: {
        [join(dir.path, "work/project")]: { mcpServers: { local: { command: "b" } } },
        [join(dir.path, "work")]: { mcpServers: { above: { command: "c" } } },
        [join(dir.path, "elsewhere")]: { mcpServers: { other: { command: "d" } } },
      },
    });
    await put("work/project/.mcp.json", { mcpServers: { shared: { command: "e" } } });
    await put("home/.cursor/mcp.json", { mcpServers: { cursor: { url: "https://c/mcp" } } });
    await put(
      "home/.config/Code/User/settings.json",
      `{ // mine\n "mcp": { "servers": { "code": { "command": "f" } } }, }`,
    );
    await put("work/project/.vscode/mcp.json", { servers: { "code ws": { command: "g" } } });
    await put("home/.codeium/windsurf/mcp_config.json", {
      mcpServers: { wind: { serverUrl: "https://w" } },
    });
    const found = findClientServers(sources);
    expect(found.map(({ program, servers }) => [program, servers.map(({ id }) => id)])).toEqual([
      ["Claude Desktop", ["desktop"]],
      ["Claude Code", ["user", "local", "above"]],
      ["Claude Code", ["shared"]],
      ["Cursor", ["cursor"]],
      ["VS Code", ["code"]],
      ["VS Code", ["code-ws"]],
      ["Windsurf", ["wind"]],
    ]);
    expect(found.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it("takes an id that several files have from the first, and says so", async () => {
    const first = await put("home/.claude.json", { mcpServers: { a: { command: "x" } } });
    const second = await put("home/.cursor/mcp.json", {
      mcpServers: { a: { command: "y" }, b: 1 },
    });
    expect(findClientServers(sources)).toMatchObject([
      { path: first, servers: [{ id: "a", entry: { command: "x" } }] },
      {
        path: second,
        servers: [],
        problems: [
          { file: second, path: "mcpServers.a", message: `left out: "a" is in ${first} too.` },
          { file: second, path: "mcpServers.b", message: "is no server." },
        ],
      },
    ]);
  });

  it("tells a file that cannot be read, and goes on", async () => {
    await put("home/.claude.json", "{ broken");
    await put("home/.cursor/mcp.json", { mcpServers: { a: { command: "y" } } });
    const [broken, cursor] = findClientServers(sources);
    expect(broken?.problems).not.toEqual([]);
    expect(cursor?.servers).toHaveLength(1);
  });

  it("knows where the clients keep their files on each system", () => {
    const environment = readEnvironment({ HOME: "/h", APPDATA: "/h/AppData" });
    const paths = (platform: NodeJS.Platform) =>
      clientFiles(environment, { cwd: "/p", platform }).map(({ path }) => path);
    expect(paths("darwin")).toContain(
      "/h/Library/Application Support/Claude/claude_desktop_config.json",
    );
    expect(paths("win32")).toContain("/h/AppData/Code/User/mcp.json");
    expect(paths("linux")).toContain("/p/.vscode/mcp.json");
  });
});

describe("readClientServers", () => {
  it("turns an editor's references into paths and variables", async () => {
    const file = await put("work/project/.vscode/mcp.json", {
      inputs: [{ id: "wiki-token", type: "promptString" }],
      servers: {
        wiki: {
          url: "https://wiki/mcp",
          headers: { Authorization: "Bearer ${input:wiki-token}", Keep: "${env:KEEP}" },
        },
        local: {
          command: "${workspaceFolder}/run",
          cwd: "${userHome}",
          args: ["${workspaceFolderBasename}${/}x"],
        },
      },
    });
    expect(readClientServers(file, sources).servers).toEqual([
      {
        id: "wiki",
        name: "wiki",
        entry: {
          url: "https://wiki/mcp",
          headers: { Authorization: "Bearer ${WIKI_TOKEN}", Keep: "${env:KEEP}" },
        },
        needs: ["WIKI_TOKEN"],
      },
      {
        id: "local",
        name: "local",
        entry: {
          command: join(dir.path, "work/project/run"),
          cwd: join(dir.path, "home"),
          args: ["project/x"],
        },
        needs: [],
      },
    ]);
  });

  it("reads one of our own files, and tells one that is missing", async () => {
    const file = await put("other.yaml", "mcpServers:\n  a:\n    command: x\n");
    expect(readClientServers(file, sources).servers).toMatchObject([{ id: "a" }]);
    expect(readClientServers(`${file}.gone`, sources)).toMatchObject({
      servers: [],
      problems: [{ message: "cannot be read: there is no such file." }],
    });
  });
});
