// An MCP server over Streamable HTTP (modern era) whose tools answer after a known time: `wait_50` after 50 ms. They
// only read, so that plans may call them side by side. Prints its URL.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the tools take, in milliseconds. */
const LATENCIES_MS = [5, 10, 20, 50, 100, 200];

const COMPLETE = { resultType: "complete", ttlMs: 3_600_000, cacheScope: "public" };
const TOOLS = LATENCIES_MS.map((ms) => ({
  name: `wait_${ms}`,
  description: `Answers after ${ms} ms.`,
  inputSchema: { type: "object", properties: { n: {}, after: {} } },
  annotations: { readOnlyHint: true },
}));
const DISCOVERED = {
  ...COMPLETE,
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  _meta: { "io.modelcontextprotocol/serverInfo": { name: "latency", version: "1" } },
};

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly name?: string; readonly arguments?: unknown };
}

function answer({ method, params }: Message): { result: unknown; afterMs: number } {
  if (method === "server/discover") return { result: DISCOVERED, afterMs: 0 };
  if (method === "tools/list") return { result: { ...COMPLETE, tools: TOOLS }, afterMs: 0 };
  const text = JSON.stringify({ done: true });
  const result = { resultType: "complete", content: [{ type: "text", text }] };
  return { result, afterMs: Number(params.name?.slice("wait_".length)) };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
    if (message.id === undefined) return void response.writeHead(202).end();
    const { result, afterMs } = answer(message);
    const body = JSON.stringify({ jsonrpc: "2.0", id: message.id, result });
    const length = Buffer.byteLength(body);
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json", "content-length": length });
      response.end(body);
    }, afterMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
