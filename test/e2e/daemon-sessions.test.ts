import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startLegacyHttpServer, type LegacyHttpServer } from "../support/legacy-http-server.ts";
import { startWsServer, type WsReferenceServer } from "../support/modern-ws-server.ts";
import {
  rawStdioEntry,
  startRawHttpServer,
  type RawHttpServer,
} from "../support/raw-server/index.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { serverViews, untilState } from "../support/settled.ts";

let legacy: LegacyHttpServer;
let scoped: LegacyHttpServer;
let raw: RawHttpServer;
let socket: WsReferenceServer;
let daemon: Daemon;
let rest: RestClient;
const clients: Client[] = [];

beforeAll(async () => {
  [raw, legacy, scoped, socket] = await Promise.all([
    startRawHttpServer(),
    startLegacyHttpServer(),
    startLegacyHttpServer(),
    startWsServer({ era: "legacy" }),
  ]);
  daemon = await startDaemon({
    config: {
      mcpServers: {
        raw: { url: raw.url },
        legacy: { url: legacy.url },
        scoped: { url: scoped.url, isolation: "session" },
        "scoped-stdio": { ...rawStdioEntry(), isolation: "session" },
        socket: { url: socket.url },
      },
    },
  });
  rest = restClient(daemon.url);
  await untilState(rest, ["raw", "legacy", "scoped", "scoped-stdio", "socket"]);
}, 60_000);

afterAll(async () => {
  for (const client of clients) await client.close();
  await daemon[Symbol.asyncDispose]();
  await Promise.all([raw.close(), legacy.close(), scoped.close(), socket.close()]);
}, 30_000);

async function opened(making: Promise<unknown>): Promise<Client> {
  // What is used here is the same in both generations.
  const client = (await making) as Client;
  clients.push(client);
  return client;
}

async function pidOf(client: Client): Promise<number> {
  const result = await client.callTool({ name: "scoped-stdio__count", arguments: {} });
  const [block] = result.content as { text: string }[];
  return (JSON.parse(block!.text) as { pid: number }).pid;
}

describe("isolation by session", () => {
  it("gives each MCP client a connection of its own, and keeps it", async () => {
    const url = `${daemon.mcpUrl}/all`;
    const one = await opened(connectV1({ url }));
    const two = await opened(connectV1({ url }));
    const three = await opened(connectV2({ url: `${daemon.wsUrl}/all` }));
    const pids = [await pidOf(one), await pidOf(two), await pidOf(three)];
    expect(new Set(pids).size).toBe(3);
    expect([await pidOf(one), await pidOf(two), await pidOf(three)]).toEqual(pids);
    const shown = (await serverViews(rest)).get("scoped-stdio")!;
    expect(shown.pids).toEqual(expect.arrayContaining(pids));
  });

  it("does so over HTTP, and shares where nothing is said", async () => {
    const url = `${daemon.mcpUrl}/all`;
    const before = { scoped: scoped.sessions(), legacy: legacy.sessions() };
    for (const _ of [1, 2]) {
      const client = await opened(connectV1({ url }));
      await client.callTool({ name: "scoped__counter", arguments: {} });
      await client.callTool({ name: "legacy__counter", arguments: {} });
    }
    expect(scoped.sessions()).toBe(before.scoped + 2);
    expect(legacy.sessions()).toBe(before.legacy);
  });
});

describe("a session that a server has lost", () => {
  it("is opened anew once, and a safe call is sent again", async () => {
    const calls = legacy.stats.calls["add"] ?? 0;
    legacy.dropSessions();
    const answer = await rest.call("legacy__add", { a: 20, b: 22 });
    expect(answer).toMatchObject({ status: 200, body: { structuredContent: { sum: 42 } } });
    expect(legacy.stats.calls["add"]).toBe(calls + 1);
    expect(legacy.sessions()).toBe(1);
  });

  it("is noticed by many calls at once, and opened anew once only", async () => {
    const instances = legacy.stats.instances;
    legacy.dropSessions();
    const sums = await Promise.all(
      Array.from({ length: 20 }, (_, index) => rest.call("legacy__add", { a: index, b: 0 })),
    );
    expect(sums.map((answer) => answer.body.structuredContent?.sum)).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    expect(legacy.stats.instances).toBe(instances + 1);
  });

  it("costs one call that may write; the next is carried by the new session", async () => {
    raw.dropSessions();
    const lost = await rest.call("raw__write");
    expect(lost).toMatchObject({ status: 503, body: { code: "server-unavailable" } });
    expect(raw.stats.calls["write"]).toBeUndefined();
    expect((await rest.call("raw__write")).status).toBe(200);
    expect(raw.stats.calls["write"]).toBe(1);
  });
});

describe("a socket that a server has dropped", () => {
  it("is opened anew, and the safe call sent again", async () => {
    socket.dropSockets();
    const answer = await rest.call("socket__add", { a: 1, b: 1 });
    expect(answer).toMatchObject({ status: 200, body: { structuredContent: { sum: 2 } } });
    expect((await serverViews(rest)).get("socket")).toMatchObject({ state: "ready" });
  });
});
