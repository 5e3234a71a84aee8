import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import type { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startLegacyHttpServer, startLegacySseServer } from "./legacy-http-server.ts";
import { startModernHttpServer } from "./modern-http-server.ts";
import { startWsServer } from "./modern-ws-server.ts";
import { referenceEntry } from "./real-servers.ts";
import { connectV1, connectV2 } from "./sdk-clients.ts";
import type { ConnectV2Options, Target } from "./sdk-clients.ts";
import { waitFor } from "./wait-for.ts";

vi.setConfig({ testTimeout: 20_000 });

type Closable = { close(): Promise<void> };
type AnyClient = Pick<ClientV2, "callTool" | "listTools" | "close">;

const open: Closable[] = [];
afterEach(async () => {
  for (const closable of open.splice(0).toReversed()) {
    await closable.close();
  }
});

async function opened<T extends Closable>(making: Promise<T>): Promise<T> {
  const made = await making;
  open.push(made);
  return made;
}

const accept = () => ({ action: "accept" as const, content: { sure: true } });

async function v1(target: Target, sse = false): Promise<AnyClient> {
  const client: ClientV1 = await opened(
    connectV1(target, { sse, capabilities: { elicitation: {} } }),
  );
  client.setRequestHandler(ElicitRequestSchema, accept);
  const callTool: AnyClient["callTool"] = (params, options) =>
    client.callTool(params, undefined, options) as never;
  const listTools: AnyClient["listTools"] = () => client.listTools() as never;
  return { callTool, listTools, close: () => client.close() };
}

async function v2(target: Target, options: ConnectV2Options = {}): Promise<ClientV2> {
  const client = await opened(connectV2(target, { ...options, capabilities: { elicitation: {} } }));
  client.setRequestHandler("elicitation/create", accept);
  return client;
}

const legacy = { era: "legacy" } as const;
const pairs: Record<string, () => Promise<AnyClient>> = {
  "modern HTTP with SDK v2": async () => v2(await opened(startModernHttpServer())),
  "modern HTTP, always streaming, with SDK v2": async () =>
    v2(await opened(startModernHttpServer({ responses: "sse" }))),
  "modern WebSocket with SDK v2": async () => v2(await opened(startWsServer({ era: "modern" }))),
  "modern stdio with SDK v2": () => v2(referenceEntry("modern")),
  "legacy HTTP with SDK v1": async () => v1(await opened(startLegacyHttpServer())),
  "legacy HTTP with SDK v2": async () => v2(await opened(startLegacyHttpServer()), legacy),
  "legacy SSE with SDK v1": async () => v1(await opened(startLegacySseServer()), true),
  "legacy WebSocket with SDK v1": async () => v1(await opened(startWsServer({ era: "legacy" }))),
  "legacy stdio with SDK v1": () => v1(referenceEntry("legacy")),
  "either-era WebSocket with SDK v1": async () => v1(await opened(startWsServer())),
};

describe.each(Object.entries(pairs))("the reference tools over %s", (_way, connect) => {
  it("list and answer", async () => {
    const client = await connect();
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names).toEqual(expect.arrayContaining(["echo", "add", "slow", "big", "confirm"]));
    const args = { text: "hi", extra: [1, { two: null }] };
    const echo = await client.callTool({ name: "echo", arguments: args });
    expect(echo.structuredContent).toEqual(args);
    const sum = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
    expect(sum.structuredContent).toEqual({ sum: 3 });
    const big = await client.callTool({ name: "big", arguments: { bytes: 100_000 } });
    expect(big.content).toEqual([{ type: "text", text: "x".repeat(100_000) }]);
    const failed = await client.callTool({ name: "fail", arguments: { message: "no" } });
    expect(failed).toMatchObject({ isError: true, content: [{ text: "no" }] });
  });

  it("keep a note, ask the user, report progress and notice cancellation", async () => {
    const client = await connect();
    await client.callTool({ name: "write_note", arguments: { text: "one" } });
    await client.callTool({ name: "write_note", arguments: { text: "two" } });
    const read = await client.callTool({ name: "read_note", arguments: {} });
    expect(read.structuredContent).toEqual({ text: "two", version: 2 });
    const confirmed = await client.callTool({ name: "confirm", arguments: { what: "it" } });
    expect(confirmed.content).toEqual([{ type: "text", text: "done: it" }]);

    const progress: number[] = [];
    const abort = new AbortController();
    const calling = client.callTool(
      { name: "slow", arguments: { ms: 10_000, steps: 100 } },
      {
        signal: abort.signal,
        onprogress: (step: { progress: number }) => progress.push(step.progress),
      },
    );
    await waitFor(() => progress.length >= 2, { what: "progress" });
    abort.abort();
    await expect(calling).rejects.toThrow(/abort/i);
    expect(progress.slice(0, 2)).toEqual([1, 2]);
    const counted = await waitFor(
      async () => {
        const { structuredContent } = await client.callTool({ name: "counter", arguments: {} });
        const counts = structuredContent as { cancelled: { slow?: number } };
        return counts.cancelled.slow === 1 ? counts : undefined;
      },
      { what: "the server to notice the cancellation" },
    );
    expect(counted).toMatchObject({ calls: { write_note: 2, read_note: 1, slow: 1 } });
  });
});

describe("the starters", () => {
  it("show what arrived, headers mirrored by modern clients included", async () => {
    const server = await opened(startModernHttpServer({ token: "secret" }));
    const headers = { authorization: "Bearer secret" };
    const client = await v2({ url: server.url, headers });
    await client.listTools();
    await client.callTool({ name: "regional", arguments: { region: "Norden" } });
    expect(server.stats.calls).toEqual({ regional: 1 });
    expect(server.stats.requests.at(-1)?.headers).toMatchObject({
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "regional",
      "mcp-param-region": "Norden",
      ...headers,
    });
  });

  it.each([
    ["modern HTTP", () => startModernHttpServer({ token: "secret" })],
    ["legacy HTTP", () => startLegacyHttpServer({ token: "secret" })],
    ["legacy SSE", () => startLegacySseServer({ token: "secret" })],
    ["WebSocket", () => startWsServer({ token: "secret" })],
  ])("refuse a client without the token over %s", async (way, start) => {
    const server = await opened(start());
    await expect(connectV1(server, { sse: way === "legacy SSE" })).rejects.toThrow("401");
  });

  it("refuse the era they do not serve", async () => {
    const http = await opened(startModernHttpServer());
    await expect(connectV1(http)).rejects.toThrow("Unsupported protocol version");
    const ws = await opened(startWsServer({ era: "modern" }));
    await expect(connectV1(ws)).rejects.toThrow("Unsupported protocol version");
    const old = await opened(startLegacyHttpServer());
    await expect(connectV2(old)).rejects.toThrow("2026-07-28");
  });

  it("tell every client that the list of tools has changed", async () => {
    const servers = await Promise.all([
      opened(startModernHttpServer()),
      opened(startWsServer({ era: "modern" })),
      opened(startLegacyHttpServer()),
    ]);
    for (const [index, server] of servers.entries()) {
      const seen: string[][] = [];
      const onChanged = (_error: unknown, tools: { name: string }[] | null): void => {
        seen.push((tools ?? []).map((tool) => tool.name));
      };
      const era = index === 2 ? "legacy" : "modern";
      await v2(server, { era, listChanged: { tools: { onChanged, debounceMs: 0 } } });
      const listening = (): boolean => server.stats.requests.some(({ method }) => method === "GET");
      await waitFor(() => era === "modern" || listening(), { what: "the legacy event stream" });
      server.state.addTool({ name: "late", description: "Came late" });
      await waitFor(() => seen.at(-1)?.includes("late"), { what: `the new tool at ${server.url}` });
      server.state.removeTool("late");
      await waitFor(() => seen.at(-1)?.includes("late") === false, { what: "the tool to go" });
    }
    expect(servers.map((server) => server.state.extraTools.size)).toEqual([0, 0, 0]);
  });
});

describe("connections to the starters", () => {
  it("are forgotten with the legacy sessions", async () => {
    const server = await opened(startLegacyHttpServer());
    const client = await v1(server);
    expect(server.sessions()).toBe(1);
    server.dropSessions();
    await expect(client.callTool({ name: "echo", arguments: {} })).rejects.toThrow(
      "Session not found",
    );
  });

  it("are cut without an end to the listening", async () => {
    const server = await opened(startWsServer());
    const client = await v2(server);
    expect(server.sockets()).toBe(1);
    server.dropSockets();
    await expect(client.callTool({ name: "echo", arguments: {} })).rejects.toThrow(
      /closed|connected/i,
    );
    await v2(server);
    expect(server.stats.requests).toHaveLength(2);
  });

  it("do not keep a server from closing", async () => {
    for (const start of [startModernHttpServer, startLegacyHttpServer, startWsServer]) {
      const server = await start();
      const client = await connectV2(server, { era: "auto" });
      const calling = client.callTool({ name: "slow", arguments: { ms: 30_000 } });
      calling.catch(() => undefined);
      await waitFor(() => server.stats.calls["slow"] === 1, { what: "the call to arrive" });
      await server.close();
      await client.close();
      await expect(calling).rejects.toThrow(/closed|terminated|fetch failed/i);
    }
  });
});
