import { writeFile } from "node:fs/promises";
import { join } from "node:path";
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

async function paste(text: string, variables: Record<string, string> = {}) {
  await writeFile(join(dir.path, "switchboard.json"), text);
  const environment = readEnvironment({ HOME: dir.path, ...variables });
  const result = loadConfig({ cwd: dir.path, environment });
  if (result.kind === "failed") throw new Error(result.problems.map(formatProblem).join("\n"));
  return { servers: result.config.servers, warnings: result.warnings.map(({ path }) => path) };
}

describe("blocks as they are pasted", () => {
  it("from Claude Desktop and Claude Code", async () => {
    const { servers, warnings } = await paste(
      `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/me/Desktop"]
    },
    "github": {
      "type": "http",
      "url": "https://api.example.com/mcp/",
      "headers": { "Authorization": "Bearer \${GITHUB_TOKEN}" }
    },
    "events": { "type": "sse", "url": "\${API_BASE:-https://api.example.com}/sse" },
    "db": { "type": "stdio", "command": "npx", "args": ["-y", "db-mcp", "--dsn", "\${DSN}"], "env": {} }
  }
}`,
      { GITHUB_TOKEN: "gh-token", DSN: "postgres://u:p@h/db" },
    );
    expect(warnings).toEqual([]);
    expect(servers.map(({ id }) => id)).toEqual(["filesystem", "github", "events", "db"]);
    expect(servers.map(({ endpoints }) => endpoints[0])).toMatchObject([
      { transport: "stdio", launch: { command: "npx" } },
      { transport: "streamable-http", headers: { Authorization: "Bearer gh-token" } },
      { transport: "sse", url: "https://api.example.com/sse" },
      { transport: "stdio", launch: { args: ["-y", "db-mcp", "--dsn", "postgres://u:p@h/db"] } },
    ]);
  });

  it("from Cursor, Windsurf and Cline, with keys of their own", async () => {
    const { servers, warnings } = await paste(
      `{
  "mcpServers": {
    "Notion MCP": { "url": "https://mcp.example.com/mcp", "headers": { "X-Key": "\${env:NOTION}" } },
    "windsurf-remote": { "serverUrl": "https://remote.example.com/mcp" },
    "github.com/example/servers/tree/main/src/weather": {
      "command": "node", "args": ["build/index.js"], "disabled": false,
      "autoApprove": ["forecast"], "timeout": 60
    }
  }
}`,
      { NOTION: "notion-key" },
    );
    expect(servers.map(({ id }) => id)).toEqual([
      "Notion-MCP",
      "windsurf-remote",
      "github-com-example-serv-54ac13f2",
    ]);
    expect(servers[1]?.endpoints).toMatchObject([{ url: "https://remote.example.com/mcp" }]);
    expect(warnings).toEqual([
      'mcpServers["Notion MCP"]',
      'mcpServers["github.com/example/servers/tree/main/src/weather"]',
      'mcpServers["github.com/example/servers/tree/main/src/weather"].autoApprove',
      'mcpServers["github.com/example/servers/tree/main/src/weather"].timeout',
    ]);
  });

  it("from VS Code, with comments and inputs", async () => {
    const { servers, warnings } = await paste(`{
  // asked for once
  "inputs": [{ "type": "promptString", "id": "key", "description": "Key", "password": true }],
  "servers": {
    "playwright": { "type": "stdio", "command": "npx", "args": ["-y", "@playwright/mcp@latest"], },
    "docs": { "type": "http", "url": "https://docs.example.com/mcp", "dev": { "watch": "src" } },
  },
}`);
    expect(servers.map(({ id }) => id)).toEqual(["playwright", "docs"]);
    expect(warnings).toEqual(["inputs", "servers.docs.dev"]);
  });

  it("from two clients side by side, unless a name stands twice", async () => {
    const both = (second: string) =>
      `{ "mcpServers": { "a": { "command": "x" } }, "servers": { "${second}": { "command": "y" } } }`;
    expect((await paste(both("b"))).servers.map(({ id }) => id)).toEqual(["a", "b"]);
    await expect(paste(both("a"))).rejects.toThrow(
      /servers\.a: has the same id, "a", as mcpServers\.a\./,
    );
  });
});
