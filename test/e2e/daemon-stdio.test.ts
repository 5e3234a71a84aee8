import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { descendantsOf, isAlive, processesWith } from "../support/process-tree.ts";
import { rawStdioEntry } from "../support/raw-server/index.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { switchboardEntry } from "../support/switchboard-entry.ts";
import { makeTempDir, type TempDir } from "../support/temp-dir.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: TempDir;
let reference: ReferenceServer;
let daemon: Daemon;
let configFile: string;

beforeAll(async () => {
  folder = await makeTempDir();
  reference = await startModernHttpServer();
  const config = { mcpServers: { raw: rawStdioEntry(), ref: { url: reference.url } } };
  daemon = await startDaemon({ config });
  configFile = join(folder.path, "alone.yaml");
  await writeFile(configFile, JSON.stringify({ ...config, embedding: { provider: "builtin" } }));
  await untilState(restClient(daemon.url), ["raw", "ref"]);
}, 60_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await reference.close();
  await folder.remove();
}, 30_000);

const alone = () =>
  switchboardEntry(["stdio", "--config", configFile], { SWITCHBOARD_DATA_DIR: folder.path });
const byUrl = () => switchboardEntry(["stdio"], { SWITCHBOARD_URL: daemon.url });
const byDataDir = () =>
  switchboardEntry(["stdio", "--config", daemon.configFile], {
    SWITCHBOARD_DATA_DIR: daemon.dataDir,
  });

const opened = {
  "SDK v1, in process": () => connectV1(alone()),
  "SDK v2, modern, in process": () => connectV2(alone()),
  "SDK v1, bridged to the daemon of a URL": () => connectV1(byUrl()),
  "SDK v2, modern, bridged to the daemon of the data directory": () => connectV2(byDataDir()),
};

async function call(client: Client, name: string, args: object) {
  const result = await client.callTool({ name, arguments: { ...args } });
  return result as unknown as { content: { text: string }[]; structuredContent?: unknown };
}

describe.each(Object.entries(opened))("switchboard stdio with %s", (_name, connect) => {
  it("lists six tools at most, finds and calls at once, and ends with its client", async () => {
    // What is used here is the same in both generations.
    const client = (await connect()) as Client;
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("search_tools");
    expect(tools.length).toBeLessThanOrEqual(6);
    const found = await call(client, "search_tools", { query: "add two numbers" });
    expect(found.structuredContent).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ id: "ref__add" })]),
    });
    const sum = await call(client, "call_tool", { id: "ref__add", arguments: { a: 1, b: 2 } });
    expect(sum.structuredContent).toEqual({ sum: 3 });
    const pid = (client.transport as unknown as { pid: number }).pid;
    const family = [pid, ...descendantsOf(pid)];
    await client.close();
    await waitFor(() => !family.some(isAlive), { what: "all its processes to end" });
  });
});

describe("switchboard stdio", () => {
  it("calls a tool whose server is still starting", async () => {
    const client = await connectV2(alone());
    expect(await call(client, "call_tool", { id: "raw__echo", arguments: { n: 1 } })).toMatchObject(
      { content: [{ text: '{"n":1}' }] },
    );
    await client.close();
  });

  it.each([
    ["in process", alone],
    ["bridged", byUrl],
  ])("answers what was asked before its input ended, %s", async (_how, entry) => {
    const { command, args, env } = entry();
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const params = { name: "call_tool", arguments: { id: "raw__echo" }, _meta: meta };
    child.stdin.end(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })}\n`);
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(JSON.parse(output)).toMatchObject({ id: 1, result: { content: [{ text: "{}" }] } });
    expect(code).toBe(0);
  });

  it("writes nothing but messages to its output, and survives lines that are none", async () => {
    const { command, args, env } = byUrl();
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stdin.write("this is no JSON\n\n[]\n");
    const ping = { jsonrpc: "2.0", id: 7, method: "ping" };
    child.stdin.write(`${JSON.stringify(ping)}\n`);
    await waitFor(() => output.includes('"id":7'), { what: "the answer", timeoutMs: 10_000 });
    const ended = once(child, "exit");
    child.stdin.end();
    await ended;
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toMatchObject({ error: { code: -32_700 }, id: null });
    expect(lines.at(-1)).toMatchObject({ id: 7, result: {} });
  });

  it("says so when the daemon it is pointed to is not there", async () => {
    const entry = switchboardEntry(["stdio"], { SWITCHBOARD_URL: "http://127.0.0.1:9" });
    const child = spawn(entry.command, entry.args, { env: entry.env, stdio: "pipe" });
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(errors).toContain("No daemon answers at http://127.0.0.1:9");
    expect(code).toBe(4);
  });

  it("is cut off, and says so, when its daemon goes", async () => {
    await using other = await startDaemon({ config: { mcpServers: {} } });
    const entry = switchboardEntry(["stdio"], { SWITCHBOARD_URL: other.url });
    const child = spawn(entry.command, entry.args, { env: entry.env, stdio: "pipe" });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stdin.write('{"jsonrpc":"2.0","id":7,"method":"ping"}\n');
    await waitFor(() => output.includes('"id":7'), { what: "the answer", timeoutMs: 10_000 });
    const exited = once(child, "exit");
    await other.kill();
    const [code] = await exited;
    expect(code).not.toBe(0);
    expect(processesWith(other.url)).toEqual([]);
  });
});
