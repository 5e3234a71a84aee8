import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { isAlive } from "../../test/support/process-tree.ts";
import { startUsers, usersEntry } from "../../test/support/real-servers.ts";
import { scriptEntry } from "../../test/support/server-entry.ts";
import { startSpawnedServer } from "../../test/support/spawned-server.ts";
import { makeTempDir } from "../../test/support/temp-dir.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { createWsClientTransport } from "../../test/support/ws-client-transport.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 30_000 });

const info = { name: "users-test", version: "1" };
const modern = { versionNegotiation: { mode: { pin: "2026-07-28" } } };

type AnyClient = Pick<
  ClientV2,
  "callTool" | "listTools" | "listPrompts" | "readResource" | "getPrompt" | "close"
>;

async function connectV1(transport: Parameters<ClientV1["connect"]>[0]): Promise<AnyClient> {
  const client = new ClientV1(info);
  await client.connect(transport);
  return client as unknown as AnyClient;
}

async function connectV2(transport: Parameters<ClientV2["connect"]>[0]): Promise<AnyClient> {
  const client = new ClientV2(info, modern);
  await client.connect(transport);
  return client;
}

const ways: Record<string, () => Promise<AnyClient>> = {
  "SDK v1 over stdio": () => connectV1(new StdioV1({ ...usersEntry(), stderr: "ignore" })),
  "SDK v2 (2026-07-28) over stdio": () =>
    connectV2(new StdioV2({ ...usersEntry(), stderr: "ignore" })),
  "SDK v1 over WebSocket": () => connectV1(new WebSocketClientTransport(new URL(users.url))),
  "SDK v2 (2026-07-28) over WebSocket": () => connectV2(createWsClientTransport(users.url)),
};

let users: Awaited<ReturnType<typeof startUsers>>;
const clients = new Map<string, AnyClient>();

beforeAll(async () => {
  Reflect.set(globalThis, "WebSocket", WebSocket);
  users = await startUsers();
  for (const [way, connect] of Object.entries(ways)) {
    clients.set(way, await connect());
  }
});

afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await users.stop();
});

describe.each(Object.keys(ways))("the tools of users through %s", (way) => {
  it("lists five tools with schemas and true annotations", async () => {
    const { tools } = await clients.get(way)!.listTools();
    const hints = tools.map(({ name, annotations }) => [
      name,
      annotations?.readOnlyHint,
      annotations?.destructiveHint,
      annotations?.idempotentHint,
      annotations?.openWorldHint,
    ]);
    expect(hints).toEqual([
      ["get_user_by_id", true, false, true, false],
      ["search_users", true, false, true, false],
      ["add_user", false, false, false, false],
      ["update_user", false, true, true, false],
      ["delete_user", false, true, true, false],
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(tool.outputSchema).toMatchObject({ type: "object" });
      expect(tool.description?.length).toBeGreaterThan(60);
    }
  });

  it("adds, finds, changes and deletes a user", async () => {
    const client = clients.get(way)!;
    const email = `lin.${Math.random()}@journey.example`;
    const call = (name: string, args: Record<string, unknown>) =>
      client.callTool({ name, arguments: args });

    const person = { name: "Lin", surname: "Journey", company: "Journey Works" };
    const added = await call("add_user", { ...person, email: email.toUpperCase() });
    const { user } = added.structuredContent as { user: { id: number } };
    expect(user).toMatchObject({ ...person, email });
    expect(textOf(added)).toContain(`Added.\nLin Journey (user ${user.id})`);

    const twice = await call("add_user", { ...person, email });
    expect(twice.isError).toBe(true);
    expect(textOf(twice)).toBe(
      `Conflict: the e-mail address ${email} already belongs to Lin Journey (user ${user.id}). Choose another address, or change that user with update_user.`,
    );

    const found = await call("search_users", { company: "journey works", email });
    expect(found.structuredContent).toMatchObject({ total: 1, users: [user], nextOffset: null });

    const changed = await call("update_user", { id: user.id, city: "Bergen" });
    expect(textOf(changed)).toMatch(/^Changed city\./);

    const deleted = await call("delete_user", { id: user.id });
    expect(deleted.structuredContent).toMatchObject({ user: { id: user.id, city: "Bergen" } });
    const gone = await call("get_user_by_id", { id: user.id });
    expect(gone.isError).toBe(true);
    expect(textOf(gone)).toMatch(/^Not found: there is no user with id/);
  });

  it.each([
    ["search_users", { limit: 101 }, /limit/],
    ["search_users", { nam: "Alice" }, /nam/],
    ["get_user_by_id", { id: "1" }, /id/],
    ["add_user", { name: "A", surname: "B", email: "nobody", company: "C" }, /name@domain\.tld/],
    ["update_user", { id: 1 }, /^Nothing to change: give at least one of name, surname/],
  ])("refuses %s with %j and says why", async (name, args, why) => {
    const refused = await clients.get(way)!.callTool({ name, arguments: args });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toMatch(why);
  });
});

describe.each(Object.keys(ways))("users through %s", (way) => {
  it("offers a diagram and two prompts", async () => {
    const client = clients.get(way)!;
    const { contents } = await client.readResource({ uri: "users://diagram" });
    expect(contents[0]).toMatchObject({
      mimeType: "text/vnd.mermaid",
      text: expect.stringMatching(/^erDiagram/),
    });
    const { prompts } = await client.listPrompts();
    expect(prompts.map((prompt) => prompt.name)).toEqual(["introduce_user", "company_overview"]);
    const prompt = await client.getPrompt({ name: "introduce_user", arguments: { id: "1" } });
    expect(JSON.stringify(prompt.messages)).toContain("Alice Zeman");
    await expect(
      client.getPrompt({ name: "introduce_user", arguments: { id: "9999" } }),
    ).rejects.toThrow("There is no user with id 9999");
  });
});

describe("the WebSocket server", () => {
  it.each([
    ["plain HTTP", async () => (await fetch(users.url.replace("ws:", "http:"))).status, 426],
    ["an upgrade without the subprotocol", () => upgradeStatus([]), 400],
    [
      "an upgrade from a foreign web page",
      () => upgradeStatus(["mcp"], "https://evil.example"),
      403,
    ],
  ])("answers %s with a refusal", async (_what, ask, status) => {
    expect(await ask()).toBe(status);
  });

  it("answers malformed frames with JSON-RPC errors and stays in order", async () => {
    const socket = await openSocket();
    for (const [frame, code] of [
      ["{not json", -32700],
      ['{"jsonrpc":"1.0"}', -32600],
    ] as const) {
      socket.send(frame);
      expect(await nextMessage(socket)).toMatchObject({ id: null, error: { code } });
    }
    socket.send('{"jsonrpc":"2.0","id":7,"method":"tools/list"}');
    expect(await nextMessage(socket)).toMatchObject({ id: 7, result: { tools: { length: 5 } } });
    socket.close();
  });

  it("closes a socket that sends binary frames with 1003", async () => {
    const socket = await openSocket();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.send(Buffer.from([1, 2, 3]));
    expect(await closed).toBe(1003);
  });
});

describe("the process", () => {
  it("keeps its users over a restart, and ends with 0 on SIGTERM although a client is connected", async () => {
    await using dir = await makeTempDir();
    const first = await startUsers(dir.path);
    const client = new ClientV2(info);
    await client.connect(createWsClientTransport(first.url));
    await client.callTool({ name: "delete_user", arguments: { id: 1 } });
    await first.stop();
    expect(await first.exited).toBe(0);
    const second = await startUsers(dir.path);
    expect(second.output()).toContain(`999 users in ${dir.path}`);
    await second.stop();
  });

  it("ends when its stdin ends", async () => {
    const transport = new StdioV2({ ...usersEntry(), stderr: "ignore" });
    const client = new ClientV2(info);
    await client.connect(transport);
    const pid = transport.pid!;
    await client.close();
    expect(await waitFor(() => !isAlive(pid), { what: "the users server to end" })).toBe(true);
  });

  it.each([
    [["--port", "70000"], "--port must be a number from 0 to 65535", 2],
    [["--stdio", "--port", "1"], "--stdio does not listen", 2],
    [["--prot", "1"], "Unknown option '--prot'", 2],
  ])("refuses %j", async (args, message, code) => {
    const server = await startSpawnedServer(scriptEntry("examples/users/main.ts", args), /Usage: /);
    expect(server.output()).toContain(message);
    expect(await server.exited).toBe(code);
  });

  it("says that the port is taken", async () => {
    const { port } = new URL(users.url);
    const args = ["--port", port, "--data", ":memory:"];
    const server = await startSpawnedServer(
      scriptEntry("examples/users/main.ts", args),
      /EADDRINUSE.*\n/,
    );
    expect(await server.exited).toBe(1);
  });
});

function textOf(result: Awaited<ReturnType<AnyClient["callTool"]>>): string {
  const [block] = result.content;
  return block?.type === "text" ? block.text : "";
}

function upgradeStatus(protocols: string[], origin?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(users.url, protocols, origin === undefined ? {} : { origin });
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("open", () => reject(new Error("the upgrade was accepted")));
  });
}

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(users.url, "mcp");
  await new Promise((resolve) => socket.once("open", resolve));
  return socket;
}

function nextMessage(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) =>
    socket.once("message", (data: Buffer) => resolve(JSON.parse(data.toString()))),
  );
}
