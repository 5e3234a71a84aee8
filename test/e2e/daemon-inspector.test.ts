import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { fetchInspector, type Inspector } from "../support/inspector.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { switchboardEntry } from "../support/switchboard-entry.ts";
import { makeTempDir, type TempDir } from "../support/temp-dir.ts";

let inspector: Inspector;
let reference: ReferenceServer;
let daemon: Daemon;
let folder: TempDir;
let stdioConfig: string;

beforeAll(async () => {
  [inspector, reference, folder] = await Promise.all([
    fetchInspector(),
    startModernHttpServer({ era: "both" }),
    makeTempDir(),
  ]);
  daemon = await startDaemon({ config: { mcpServers: { ref: { url: reference.url } } } });
  await untilState(restClient(daemon.url), ["ref"]);
  stdioConfig = join(folder.path, "inspector.json");
  const { command, args } = switchboardEntry(["stdio"]);
  const env = { SWITCHBOARD_URL: daemon.url };
  const alone = switchboardEntry(["stdio", "--config", daemon.configFile]);
  const mcpServers = {
    bridged: { command, args, env },
    alone: { ...alone, env: { SWITCHBOARD_DATA_DIR: folder.path, SWITCHBOARD_OFFLINE: "1" } },
  };
  await writeFile(stdioConfig, JSON.stringify({ mcpServers }));
}, 180_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await reference.close();
  await folder.remove();
}, 30_000);

async function inspect(target: readonly string[], method: readonly string[]) {
  const end = await inspector.run([...target, "--format", "json", "--method", ...method]);
  return { ...end, answer: end.stdout === "" ? undefined : (JSON.parse(end.stdout) as unknown) };
}

const http = (path: string, era: string) => [
  `${daemon.mcpUrl}${path}`,
  "--transport",
  "http",
  "--protocol-era",
  era,
];
const stdio = (server: string, era: string) => [
  "--config",
  stdioConfig,
  "--server",
  server,
  "--protocol-era",
  era,
];
const callTool = [
  "tools/call",
  "--tool-name",
  "call_tool",
  "--tool-args-json",
  '{"id":"ref__add","arguments":{"a":2,"b":3}}',
];
const discovery = [
  "search_tools",
  "describe_tools",
  "call_read_tool",
  "call_tool",
  "read_result",
].map((name) => expect.objectContaining({ name }));

describe.each(["legacy", "modern"])("the MCP Inspector in the %s era", (era) => {
  it("lists and calls through /mcp, and finds nothing to say about its schemas", async () => {
    const listed = await inspect(http("", era), ["tools/list", "--strict"]);
    expect(listed).toMatchObject({
      code: 0,
      answer: { result: { tools: expect.arrayContaining(discovery) } },
    });
    expect(await inspect(http("", era), callTool)).toMatchObject({
      code: 0,
      answer: { result: { structuredContent: { sum: 5 } } },
    });
  });

  it("lists and calls through /mcp/all", async () => {
    const listed = await inspect(http("/all", era), ["tools/list"]);
    const names = expect.arrayContaining([expect.objectContaining({ name: "ref__add" })]);
    expect(listed).toMatchObject({ code: 0, answer: { result: { tools: names } } });
    const add = ["tools/call", "--tool-name", "ref__add", "--tool-arg", "a=2", "b=3"];
    expect(await inspect(http("/all", era), add)).toMatchObject({
      answer: { result: { structuredContent: { sum: 5 } } },
    });
  });

  it.each(["bridged", "alone"])("lists and calls through stdio, %s", async (server) => {
    expect(await inspect(stdio(server, era), ["tools/list"])).toMatchObject({
      code: 0,
      answer: { result: { tools: expect.arrayContaining(discovery) } },
    });
    expect(await inspect(stdio(server, era), callTool)).toMatchObject({
      answer: { result: { structuredContent: { sum: 5 } } },
    });
  });
});

describe("the MCP Inspector", () => {
  it("has no transport for WebSockets: it takes the URL for a command", async () => {
    const { code, stderr } = await inspect([daemon.wsUrl], ["tools/list"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("ENOENT");
  });
});
