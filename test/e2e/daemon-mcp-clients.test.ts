import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { everythingEntry } from "../support/real-servers.ts";
import { restClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { waitFor } from "../support/wait-for.ts";

type AnyClient = ClientV1 | ClientV2;
type Result = { content: { text: string }[]; structuredContent?: unknown; isError?: boolean };

let daemon: Daemon;
let modern: ReferenceServer;
const clients: AnyClient[] = [];

beforeAll(async () => {
  modern = await startModernHttpServer();
  daemon = await startDaemon({
    config: { mcpServers: { everything: everythingEntry(), ref: { url: modern.url } } },
  });
  await untilState(restClient(daemon.url), ["everything", "ref"]);
}, 60_000);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await modern.close();
}, 30_000);

const openers = {
  "SDK v1 over HTTP": (path: string) => connectV1({ url: `${daemon.mcpUrl}${path}` }),
  "SDK v1 over WebSocket": (path: string) => connectV1({ url: `${daemon.wsUrl}${path}` }),
  "SDK v2, modern, over HTTP": (path: string) => connectV2({ url: `${daemon.mcpUrl}${path}` }),
  "SDK v2, modern, over WebSocket": (path: string) => connectV2({ url: `${daemon.wsUrl}${path}` }),
  "SDK v2, legacy, over HTTP": (path: string) =>
    connectV2({ url: `${daemon.mcpUrl}${path}` }, { era: "legacy" }),
  "SDK v2, choosing by itself, over HTTP": (path: string) =>
    connectV2({ url: `${daemon.mcpUrl}${path}` }, { era: "auto" }),
} satisfies Record<string, (path: string) => Promise<AnyClient>>;

async function opened(making: Promise<AnyClient>): Promise<ClientV2> {
  const client = await making;
  clients.push(client);
  // What is used here is the same in both generations.
  return client as ClientV2;
}

async function call(client: ClientV2, name: string, args: object = {}): Promise<Result> {
  return (await client.callTool({ name, arguments: { ...args } })) as unknown as Result;
}

type Following = { signal: AbortSignal; onprogress: (step: { progress: number }) => void };

/** SDK v1 takes the options after a result schema, for which it has a default. */
function callSlowly(client: AnyClient, options: Following): Promise<unknown> {
  const params = { name: "slow", arguments: { ms: 30_000, steps: 100 } };
  return client instanceof ClientV1
    ? client.callTool(params, undefined, options)
    : client.callTool(params, options);
}

async function names(client: ClientV2): Promise<string[]> {
  return (await client.listTools()).tools.map((tool) => tool.name);
}

describe.each(Object.entries(openers))("%s", (_name, open) => {
  it("finds, reads about and calls tools at /mcp, where six tools at most stand", async () => {
    const client = await opened(open(""));
    expect(await names(client)).toEqual(
      expect.arrayContaining([
        "search_tools",
        "describe_tools",
        "call_read_tool",
        "call_tool",
        "read_result",
      ]),
    );
    expect((await names(client)).length).toBeLessThanOrEqual(6);
    const found = await call(client, "search_tools", { query: "add two numbers", limit: 3 });
    expect(found.content[0]?.text).toContain("ref__add");
    const told = await call(client, "describe_tools", { ids: ["ref__add"] });
    expect(told.content[0]?.text).toContain("inputSchema");
    const sum = await call(client, "call_tool", { id: "ref__add", arguments: { a: 2, b: 3 } });
    expect(sum).toMatchObject({ structuredContent: { sum: 5 } });
    const read = { id: "everything__echo", arguments: { message: "x" } };
    expect(await call(client, "call_read_tool", read)).toMatchObject({
      content: [{ type: "text", text: "Echo: x" }],
    });
    const write = { id: "ref__write_note", arguments: { text: "no" } };
    expect(await call(client, "call_read_tool", write)).toMatchObject({ isError: true });
  });

  it("lists and calls the whole catalogue at /mcp/all", async () => {
    const client = await opened(open("/all"));
    expect(await names(client)).toEqual(
      expect.arrayContaining(["everything__echo", "ref__add", "ref__slow"]),
    );
    expect(await call(client, "everything__echo", { message: "all" })).toMatchObject({
      content: [{ type: "text", text: "Echo: all" }],
    });
    await expect(call(client, "ref__ad", {})).rejects.toMatchObject({ code: -32602 });
  });

  it("sees one server with its own names at /mcp/servers/ref", async () => {
    const client = await opened(open("/servers/ref"));
    const listed = await names(client);
    expect(listed).toContain("add");
    expect(listed.join()).not.toContain("__");
    expect(await call(client, "add", { a: 1, b: 1 })).toMatchObject({
      structuredContent: { sum: 2 },
    });
  });

  it("gets progress, and its cancellation arrives at the server", async () => {
    const client = await opened(open("/servers/ref"));
    const seen: number[] = [];
    const abort = new AbortController();
    const before = modern.stats.cancelled["slow"] ?? 0;
    const slow = callSlowly(client, {
      signal: abort.signal,
      onprogress: ({ progress }) => {
        seen.push(progress);
        if (progress === 2) abort.abort();
      },
    });
    await expect(slow).rejects.toThrow(/abort/i);
    expect(seen).toEqual([1, 2]);
    await waitFor(() => modern.stats.cancelled["slow"] === before + 1, {
      what: "the cancellation",
    });
  });
});

describe("the discovery surface", () => {
  it("takes MCP-Zero requests in search_tools", async () => {
    const client = await opened(openers["SDK v2, modern, over HTTP"](""));
    const query =
      "<tool_assistant>\nserver: arithmetic\ntool: add two numbers\n</tool_assistant>\n" +
      "<tool_assistant>\ntool: wait a while and report progress\n</tool_assistant>";
    const { structuredContent } = await call(client, "search_tools", { query });
    const { tools } = structuredContent as { tools: { id: string }[] };
    expect(tools.slice(0, 2).map((tool) => tool.id)).toEqual(["ref__add", "ref__slow"]);
  });

  it("tells listeners of both eras when a server's tools change", async () => {
    const heard: string[] = [];
    const listen = (label: string) => ({
      listChanged: {
        tools: { onChanged: () => void heard.push(label), debounceMs: 0, autoRefresh: false },
      },
    });
    await opened(connectV2({ url: `${daemon.wsUrl}/all` }, listen("modern ws")));
    await opened(connectV2({ url: `${daemon.mcpUrl}/all` }, listen("modern http")));
    await opened(
      connectV2({ url: `${daemon.mcpUrl}/all` }, { era: "legacy", ...listen("legacy http") }),
    );
    const rest = restClient(daemon.url);
    modern.state.addTool({ name: "fresh", description: "Came later" });
    await waitFor(async () => (await rest.get("/v1/tools/ref__fresh")).status === 200, {
      what: "the new tool",
    });
    await expect.poll(() => new Set(heard).size, { timeout: 8_000 }).toBe(3);
    modern.state.removeTool("fresh");
    await waitFor(async () => (await rest.get("/v1/tools/ref__fresh")).status === 404, {
      what: "the tool to be gone",
    });
  });

  it("answers many clients at once", async () => {
    const many = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        opened(
          index % 2 === 0
            ? openers["SDK v1 over HTTP"]("/all")
            : openers["SDK v2, modern, over WebSocket"]("/all"),
        ),
      ),
    );
    const sums = await Promise.all(
      many.flatMap((client, index) =>
        Array.from({ length: 10 }, (_, turn) => call(client, "ref__add", { a: index, b: turn })),
      ),
    );
    sums.forEach((sum, place) => {
      expect(sum.structuredContent).toEqual({ sum: Math.floor(place / 10) + (place % 10) });
    });
  });
});
