// A bare MCP server over Streamable HTTP (modern era), as lean as node:http allows: what calls through the gateway are
// compared with. Prints its URL.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const TOOL = {
  name: "echo",
  description: "Answers with its arguments.",
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
  annotations: { readOnlyHint: false, idempotentHint: true },
};
const READING_TOOL = { ...TOOL, name: "look_up", annotations: { readOnlyHint: true } };
const COMPLETE = { resultType: "complete", ttlMs: 3_600_000, cacheScope: "public" };
const RESULTS: Readonly<Record<string, (params: { arguments?: unknown }) => unknown>> = {
  "server/discover": () => ({
    ...COMPLETE,
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "echo", version: "1" } },
  }),
  "tools/list": () => ({ ...COMPLETE, tools: [TOOL, READING_TOOL] }),
  "tools/call": (params) => ({
    resultType: "complete",
    content: [{ type: "text", text: JSON.stringify(params.arguments) }],
  }),
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
      id?: number;
      method: string;
      params: { arguments?: unknown };
    };
    if (id === undefined) return void response.writeHead(202).end();
    const body = JSON.stringify({ jsonrpc: "2.0", id, result: RESULTS[method]?.(params) });
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});
