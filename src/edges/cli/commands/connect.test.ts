import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CLIENT_FILE, runFakeCli } from "../../../../test/support/cli-host.ts";

const URL = "http://127.0.0.1:8700/mcp";
const COMMAND = { command: "/usr/bin/switchboard", args: ["stdio"] };

describe("connect", () => {
  it.each([
    ["claude-code", { mcpServers: { switchboard: { type: "http", url: URL } } }],
    ["cursor", { mcpServers: { switchboard: { url: URL } } }],
    ["vscode", { servers: { switchboard: { type: "http", url: URL } } }],
  ])("prints %s's entry by the running daemon's URL", async (client, entry) => {
    const run = await runFakeCli(["connect", client], { daemon: {} });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toEqual(entry);
    expect(run.err).toContain(CLIENT_FILE);
    expect(run.files.size).toBe(0);
  });

  it.each([
    ["claude-code", { mcpServers: { switchboard: { type: "stdio", ...COMMAND } } }],
    ["cursor", { mcpServers: { switchboard: COMMAND } }],
    ["vscode", { servers: { switchboard: { type: "stdio", ...COMMAND } } }],
  ])("prints %s's entry by the command where no daemon runs", async (client, entry) => {
    const run = await runFakeCli(["connect", client]);
    expect(JSON.parse(run.out)).toEqual(entry);
  });

  it("hands the config file on, wherever the client starts the command", async () => {
    const run = await runFakeCli(["connect", "cursor", "--config", "team.yaml", "--json"]);
    const args = ["stdio", "--config", resolve("team.yaml")];
    expect(JSON.parse(run.out)).toEqual({
      client: "cursor",
      path: CLIENT_FILE,
      config: { mcpServers: { switchboard: { ...COMMAND, args } } },
      written: false,
    });
  });

  it("writes the entry with --write and keeps what was there", async () => {
    const before = '{"mcpServers":{"files":{"command":"npx"}}}';
    const run = await runFakeCli(["connect", "cursor", "--write"], { clientConfig: before });
    expect(run.code).toBe(0);
    expect([...run.files.keys()]).toEqual([`${CLIENT_FILE}.before-switchboard`, CLIENT_FILE]);
    expect(run.files.get(`${CLIENT_FILE}.before-switchboard`)).toBe(before);
    expect(JSON.parse(run.files.get(CLIENT_FILE) ?? "")).toEqual({
      mcpServers: { files: { command: "npx" }, switchboard: COMMAND },
    });
    expect(run.out).toContain(`Wrote ${CLIENT_FILE}.`);
  });

  it("makes the file where there is none, and does not write twice", async () => {
    const first = await runFakeCli(["connect", "vscode", "--write"]);
    expect([...first.files.keys()]).toEqual([CLIENT_FILE]);
    const clientConfig = first.files.get(CLIENT_FILE) ?? "";
    const again = await runFakeCli(["connect", "vscode", "--write"], { clientConfig });
    expect(again.files.size).toBe(0);
    expect(again.out).toBe(`${CLIENT_FILE} says so already.\n`);
  });

  it("leaves a file alone that it cannot read", async () => {
    const run = await runFakeCli(["connect", "cursor", "--write"], { clientConfig: "{ broken" });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.files.size).toBe(0);
    expect(run.err).toContain("cannot be edited");
  });
});
