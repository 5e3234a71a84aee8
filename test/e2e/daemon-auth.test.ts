import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startLegacyHttpServer } from "../support/legacy-http-server.ts";
import { rawStdioEntry, startRawHttpServer } from "../support/raw-server/index.ts";
import { restClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";

/** Planted in the config, each in another place; none may ever come out again. */
const secrets = {
  header: "planted-header-secret-1f3a",
  env: "planted-env-secret-8c2d",
  query: "planted-query-secret-77b0",
  password: "planted-password-secret-e5e5",
  variable: "planted-variable-secret-4d4d",
};

const admin = testKey("admin", { role: "admin" });
const reader = testKey("reader", { allow: ["raw__*"], deny: ["*write*", "raw__die*"] });
const other = testKey("other", { allow: ["locked__*"] });
const closers: (() => Promise<unknown>)[] = [];
let daemon: Daemon;

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  closers.push(async () => resource[Symbol.asyncDispose]());
  return resource;
}

beforeAll(async () => {
  const [raw, locked] = await Promise.all([
    hold(startRawHttpServer()),
    hold(startLegacyHttpServer({ token: secrets.header })),
  ]);
  const withPassword = new URL("http://127.0.0.1:9/mcp");
  withPassword.username = "user";
  withPassword.password = secrets.password;
  withPassword.searchParams.set("api_key", secrets.query);
  const echoing = `echo "token $PLANTED and ${secrets.variable}" >&2; exit 3`;
  daemon = await hold(
    startDaemon({
      env: { PLANTED_VARIABLE: secrets.variable },
      config: {
        telemetry: { logLevel: "debug" },
        auth: {
          anonymous: "never",
          apiKeys: [admin, reader, other].map((key) => key.entry),
        },
        mcpServers: {
          raw: { url: raw.url },
          program: rawStdioEntry(),
          locked: { url: locked.url, headers: { Authorization: `Bearer ${secrets.header}` } },
          refused: { url: locked.url, headers: { Authorization: `Bearer x${secrets.header}` } },
          dead: { url: withPassword.href },
          talking: {
            command: "sh",
            args: ["-c", echoing],
            env: { PLANTED: secrets.env, OTHER: "${PLANTED_VARIABLE}" },
          },
        },
      },
    }),
  );
  const rest = restClient(daemon.url, admin.token);
  await untilState(rest, ["raw", "program", "locked"]);
  await untilState(rest, ["dead", "talking"], "disconnected");
  await untilState(rest, ["refused"], "needs-auth");
}, 60_000);

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
}, 30_000);

const asReader = () => restClient(daemon.url, reader.token);
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const idsOf = (tools: { id: string }[]) => tools.map((tool) => tool.id);

async function call(client: Client, name: string, args: object) {
  const result = await client.callTool({ name, arguments: { ...args } });
  return result as unknown as { isError?: boolean; structuredContent: { [key: string]: unknown } };
}

describe("the rules of a key", () => {
  const isAllowed = (id: string) => /^raw__(?!.*write|die)/.test(id);

  it("hold for search and for MCP-Zero requests", async () => {
    for (const query of ["write something", "die instead of answering", "add two numbers"]) {
      const { body } = await asReader().post("/v1/tools/search", { query, limit: 100 });
      expect(idsOf(body.tools).filter((id) => !isAllowed(id))).toEqual([]);
    }
    const text = "<tool_assistant>\nserver: locked\ntool: add two numbers\n</tool_assistant>";
    const { body } = await asReader().post("/v1/tools/request", { text });
    expect(body.groups[0].servers).toEqual([]);
    expect(idsOf(body.groups[0].tools).filter((id) => !isAllowed(id))).toEqual([]);
  });

  it("hold for the lists, over REST and MCP", async () => {
    const { body } = await asReader().get("/v1/tools?limit=1000");
    expect(body.tools.length).toBeGreaterThan(5);
    expect(idsOf(body.tools).filter((id) => !isAllowed(id))).toEqual([]);
    expect((await asReader().get("/v1/tools/raw__write")).status).toBe(404);
    for (const path of ["/all", "/servers/raw"]) {
      const client = await connectV2({ url: daemon.mcpUrl + path, headers: bearer(reader.token) });
      const { tools } = await client.listTools();
      expect(tools.length).toBeGreaterThan(5);
      expect(tools.filter((tool) => /write|die/.test(tool.name))).toEqual([]);
      await client.close();
    }
    const hidden = { url: `${daemon.mcpUrl}/servers/locked`, headers: bearer(reader.token) };
    await expect(connectV1(hidden)).rejects.toThrow("no such MCP endpoint");
  });

  it("hold for calls, also inside of meta-tools, over every transport", async () => {
    expect((await asReader().call("raw__echo")).status).toBe(200);
    expect((await asReader().call("locked__add", { a: 1, b: 1 })).status).toBe(404);
    for (const url of [daemon.mcpUrl, daemon.wsUrl]) {
      const client = await connectV2({ url, headers: bearer(reader.token) });
      const found = await call(client, "search_tools", { query: "write something", limit: 50 });
      const { tools } = found.structuredContent as { tools: { id: string }[] };
      expect(idsOf(tools).filter((id) => !isAllowed(id))).toEqual([]);
      const told = await call(client, "describe_tools", { ids: ["raw__write", "raw__echo"] });
      expect(JSON.stringify(told)).not.toContain("Pretends to write");
      const refused = await call(client, "call_tool", { id: "raw__write" });
      expect(refused).toMatchObject({ isError: true });
      await client.close();
    }
  });

  it("hold for events and servers: what a key may not use it does not hear of", async () => {
    const servers = await asReader().get("/v1/servers");
    const seen = JSON.stringify(servers.body);
    expect(seen).not.toContain("pids");
    expect(seen).not.toContain("target");
    expect((await asReader().post("/v1/servers/raw/reconnect")).status).toBe(403);
    expect((await asReader().post("/v1/servers/raw/circuit", { action: "open" })).status).toBe(403);
    expect((await asReader().post("/v1/stop")).status).toBe(403);
  });

  it("keep the results of one key from another", async () => {
    const big = await restClient(daemon.url, other.token).call("locked__big", { bytes: 300_000 });
    const { handle } = big.body.meta.handle as { handle: string };
    expect((await restClient(daemon.url, other.token).get(`/v1/results/${handle}`)).status).toBe(
      200,
    );
    expect((await asReader().get(`/v1/results/${handle}`)).status).toBe(404);
  });

  it("keep the MCP session of one key from another", async () => {
    const init = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      },
    };
    const accept = { accept: "application/json, text/event-stream" };
    const opened = await asReader().post("/mcp", init, { headers: accept });
    const session = opened.headers.get("mcp-session-id")!;
    const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
    const headers = { ...accept, "mcp-session-id": session };
    expect((await asReader().post("/mcp", ping, { headers })).status).toBe(200);
    const stranger = restClient(daemon.url, other.token);
    expect((await stranger.post("/mcp", ping, { headers })).status).toBe(404);
  });
});

describe("callers without a key", () => {
  it("are refused everywhere but where the daemon says how it does", async () => {
    const nobody = restClient(daemon.url);
    for (const path of ["/v1/tools", "/v1/servers", "/v1/events", "/v1/status", "/v1/tokens"]) {
      expect([path, (await nobody.get(path)).status]).toEqual([path, 401]);
    }
    expect((await nobody.post("/mcp", {})).status).toBe(401);
    expect((await nobody.post("/mcp/all", {})).status).toBe(401);
    for (const path of ["/healthz", "/readyz"]) {
      expect([path, (await nobody.get(path)).status]).toEqual([path, 200]);
    }
    expect(JSON.stringify((await nobody.get("/readyz")).body)).not.toContain("locked");
  });

  it("but this user's own commands come in by the data directory", async () => {
    const listed = await runSwitchboard(["servers", "list", "--json"], {
      SWITCHBOARD_DATA_DIR: daemon.dataDir,
    });
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain("locked");
  });
});

describe("secrets of the config", () => {
  it("reach the servers, and never come out again", async () => {
    const rest = restClient(daemon.url, admin.token);
    expect((await rest.call("locked__add", { a: 1, b: 2 })).status).toBe(200);
    const answers = await Promise.all([
      ...["/v1/servers", "/v1/servers/talking", "/v1/servers/dead", "/v1/servers/locked"].map(
        (path) => rest.get(path),
      ),
      ...["/v1/tools?limit=1000", "/v1/status", "/metrics", "/readyz", "/openapi.json"].map(
        (path) => rest.get(path),
      ),
      ...["refused__x", "dead__x", "talking__x", "locked__nothing"].map((tool) => rest.call(tool)),
      rest.post("/v1/servers/refused/reconnect"),
      rest.post("/v1/servers/talking/reconnect"),
      rest.post("/v1/servers", { id: "mine", url: "http://x", headers: { A: secrets.header } }),
    ]);
    const command = await runSwitchboard(["servers", "list", "--json"], {
      SWITCHBOARD_DATA_DIR: daemon.dataDir,
    });
    const told = [...answers.map((answer) => answer.text), command.stdout, command.stderr];
    for (const [place, secret] of Object.entries(secrets)) {
      expect([place, told.filter((text) => text.includes(secret))]).toEqual([place, []]);
      expect([place, daemon.log().includes(secret)]).toEqual([place, false]);
    }
    for (const { token } of [admin, reader, other]) expect(daemon.log()).not.toContain(token);
    expect(daemon.log()).toContain("token");
  });

  it("are not written to the data directory", async () => {
    const names = await readdir(daemon.dataDir, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const file of files.filter(({ name }) => name !== "servers.json")) {
      const content = await readFile(join(file.parentPath, file.name), "latin1");
      for (const secret of Object.values(secrets)) expect(content).not.toContain(secret);
    }
  });
});
