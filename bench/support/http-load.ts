import { Pool } from "undici";
import { quantile } from "./statistics.ts";

const CLIENTS = 64;
const PARALLEL_MS = 2_000;
const SERIAL_CALLS = 1_000;

/** One request that is sent again and again, and what its answer must hold. */
export interface Target {
  readonly name: string;
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly wanted: string;
}

/** A tools/call of the modern era over Streamable HTTP. */
export function mcpTarget(name: string, url: string, tool: string): Omit<Target, "wanted"> {
  const { origin, pathname } = new URL(url);
  return {
    name,
    origin,
    path: pathname,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": tool,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name: tool,
        arguments: { text: "hello" },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  };
}

/** A call over the REST API of a gateway. */
export function restTarget(name: string, origin: string, tool: string): Omit<Target, "wanted"> {
  return {
    name,
    origin,
    path: `/v1/tools/${tool}/call`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ arguments: { text: "hello" } }),
  };
}

/** Median milliseconds of calls one after another. */
export async function measureSerial(target: Target): Promise<number> {
  const pool = new Pool(target.origin, { connections: 1 });
  const samples: number[] = [];
  for (let at = 0; at < SERIAL_CALLS; at++) {
    const startedAt = performance.now();
    await call(pool, target);
    samples.push(performance.now() - startedAt);
  }
  await pool.close();
  return quantile(samples.slice(SERIAL_CALLS / 10), 0.5);
}

/** Calls a second of 64 clients at once. */
export async function measureParallel(target: Target): Promise<number> {
  const pool = new Pool(target.origin, { connections: CLIENTS });
  const startedAt = performance.now();
  let calls = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - startedAt < PARALLEL_MS) {
      await call(pool, target);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await pool.close();
  return (calls * 1_000) / (performance.now() - startedAt);
}

async function call(pool: Pool, target: Target): Promise<void> {
  const { headers, body } = target;
  const answer = await pool.request({ method: "POST", path: target.path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || !text.includes(target.wanted)) {
    throw new Error(`${target.name}: ${answer.statusCode} ${text.slice(0, 200)}`);
  }
}
