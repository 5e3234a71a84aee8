import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";

type Entry = {
  command: string;
  args: string[];
  cwd: string;
  env?: Record<string, string>;
  url?: string;
  tools?: { deny: string[] };
};

vi.setConfig({ testTimeout: 20_000 });

const folder = dirname(fileURLToPath(import.meta.url));
const read = (name: string): string => readFileSync(resolve(folder, name), "utf8");
const { mcpServers } = parse(read("switchboard.yaml")) as { mcpServers: Record<string, Entry> };
const overStdio = Object.entries(mcpServers).filter(([, entry]) => entry.url === undefined);

describe("the example configuration", () => {
  it("names the five servers of the demo", () => {
    expect(Object.keys(mcpServers)).toEqual([
      "users",
      "everything",
      "filesystem",
      "memory",
      "sequential-thinking",
    ]);
  });

  it.each(overStdio)("starts %s as it stands", async (_id, entry) => {
    const client = new Client({ name: "example-configs-test", version: "1" });
    const cwd = resolve(folder, entry.cwd);
    await client.connect(new StdioClientTransport({ ...entry, cwd, stderr: "ignore" }));
    try {
      const names = (await client.listTools()).tools.map((tool) => tool.name);
      expect(names.length).toBeGreaterThan(0);
      expect(names).toEqual(expect.arrayContaining(entry.tools?.deny ?? []));
    } finally {
      await client.close();
    }
  });

  it("lets the filesystem server see the sample files and nothing else", async () => {
    const { filesystem } = mcpServers;
    const client = new Client({ name: "example-configs-test", version: "1" });
    const cwd = resolve(folder, filesystem!.cwd);
    await client.connect(new StdioClientTransport({ ...filesystem!, cwd, stderr: "ignore" }));
    try {
      const answer = await client.callTool({ name: "list_allowed_directories", arguments: {} });
      expect(JSON.stringify(answer.content)).toContain(resolve(folder, "files"));
      const path = resolve(folder, "files/contacts.csv");
      const file = await client.callTool({ name: "read_text_file", arguments: { path } });
      expect(JSON.stringify(file.content)).toContain("Leila Quist");
    } finally {
      await client.close();
    }
  });

  it("runs the users example from a file that exists", () => {
    const { args, cwd, url } = mcpServers["users"]!;
    const script = args.find((arg) => arg.endsWith(".ts"))!;
    expect(existsSync(resolve(folder, cwd, script))).toBe(true);
    expect(args[args.indexOf("--port") + 1]).toBe(new URL(url!).port);
  });
});

describe("the sample files of other clients", () => {
  it("hold server blocks in the shapes those clients write", () => {
    expect(JSON.parse(read("claude_desktop_config.json"))).toHaveProperty(
      "mcpServers.memory.command",
    );
    expect(JSON.parse(read("vscode-mcp.json"))).toHaveProperty("servers.wiki.headers");
  });
});
