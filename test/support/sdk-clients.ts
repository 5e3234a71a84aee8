import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import type { ClientOptions as ClientV2Options } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import type { ClientOptions as ClientV1Options } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { ServerEntry } from "./server-entry.ts";
import { createWsClientTransport } from "./ws-client-transport.ts";

/** What to connect to: a stdio server, or a URL whose scheme (http, https, ws, wss) names the transport. */
export type Target = ServerEntry | { url: string; headers?: Record<string, string> };

/** Options for an SDK v1 client; `sse` uses the HTTP+SSE transport of 2024-11-05 instead of Streamable HTTP. */
export type ConnectV1Options = ClientV1Options & { sse?: boolean };

/** Options for an SDK v2 client; without an era it speaks the modern one and nothing else. */
export type ConnectV2Options = ClientV2Options & {
  era?: "modern" | "legacy" | "auto";
  /** How long the opening may take (default 20,000 ms). */
  connectTimeoutMs?: number;
};

const info = { name: "switchboard-tests", version: "1.0.0" };

/** Connects a client of SDK v1 (legacy era). */
export async function connectV1(
  target: Target,
  { sse = false, ...options }: ConnectV1Options = {},
): Promise<ClientV1> {
  const client = new ClientV1(info, options);
  await client.connect(transportV1(target, sse));
  return client;
}

/** Connects a client of SDK v2. */
export async function connectV2(
  target: Target,
  { era = "modern", connectTimeoutMs = 20_000, ...options }: ConnectV2Options = {},
): Promise<ClientV2> {
  const mode = era === "modern" ? { pin: "2026-07-28" } : era;
  const client = new ClientV2(info, { ...options, versionNegotiation: { mode } });
  await client.connect(transportV2(target), { timeout: connectTimeoutMs });
  return client;
}

function transportV1(target: Target, sse: boolean): Parameters<ClientV1["connect"]>[0] {
  if ("command" in target) {
    return new StdioV1({ ...target, stderr: "ignore" });
  }
  if (isSocket(target.url)) {
    return createWsClientTransport(target.url, target);
  }
  const init = { requestInit: { headers: target.headers ?? {} } };
  const url = new URL(target.url);
  return sse ? new SSEClientTransport(url, init) : new HttpV1(url, init);
}

function transportV2(target: Target): Parameters<ClientV2["connect"]>[0] {
  if ("command" in target) {
    return new StdioV2({ ...target, stderr: "ignore" });
  }
  if (isSocket(target.url)) {
    return createWsClientTransport(target.url, target);
  }
  return new HttpV2(new URL(target.url), { requestInit: { headers: target.headers ?? {} } });
}

function isSocket(url: string): boolean {
  return /^wss?:/.test(url);
}
