import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { childrenOf, isAlive } from "../process-tree.ts";
import { connectV2 } from "../sdk-clients.ts";
import { makeTempDir } from "../temp-dir.ts";
import { waitFor } from "../wait-for.ts";
import {
  bigIntegers,
  hostileTools,
  oddContent,
  rawStdioEntry,
  readJournal,
  startRawHttpServer,
  startRawWsServer,
} from "./index.ts";
import type { RawStdioOptions } from "./index.ts";

vi.setConfig({ testTimeout: 20_000 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    await cleanup();
  }
});

const version = "2025-11-25";
const request = (id: number, method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });
const callOf = (id: number, name: string, args: object = {}): string =>
  request(id, "tools/call", { name, arguments: args });

/** A child that speaks lines, with all it said. */
function speak(options: RawStdioOptions = {}) {
  const { command, args, env } = rawStdioEntry(options);
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  cleanups.push(() => child.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  let stderrBytes = 0;
  child.stderr.on("data", (data: Buffer) => (stderrBytes += data.length));
  return {
    child,
    lines,
    pid: child.pid!,
    stderrBytes: () => stderrBytes,
    say: (line: string) => child.stdin.write(`${line}\n`),
    heard: (part: string) =>
      waitFor(() => lines.find((line) => line.includes(part)), { what: part, timeoutMs: 10_000 }),
  };
}

async function openSocket(url: string) {
  const socket = new WebSocket(url, "mcp", { maxPayload: 64 * 1024 * 1024 });
  const frames: { text: string; isBinary: boolean }[] = [];
  socket.on("message", (data: Buffer, isBinary) =>
    frames.push({ text: data.toString(), isBinary }),
  );
  await new Promise((resolve) => socket.once("open", resolve));
  cleanups.push(() => socket.terminate());
  return { socket, frames };
}

async function post(url: string, body: string, session?: string) {
  const headers = session === undefined ? {} : { "mcp-session-id": session };
  const response = await fetch(url, { method: "POST", body, headers });
  return {
    status: response.status,
    session: response.headers.get("mcp-session-id") ?? undefined,
    text: await response.text(),
  };
}

describe("the bytes of the raw server", () => {
  it("hold integers beyond 2^53 and unknown content as they were written, over every transport", async () => {
    const http = await startRawHttpServer({ sessions: false });
    const ws = await startRawWsServer();
    cleanups.push(http.close, ws.close);
    const { socket, frames } = await openSocket(ws.url);
    const child = speak();
    for (const [tool, expected] of [
      ["big_integers", `"structuredContent":${bigIntegers}`],
      ["odd_content", `"result":${oddContent}`],
    ] as const) {
      expect((await post(http.url, callOf(1, tool))).text).toContain(expected);
      socket.send(callOf(1, tool));
      await waitFor(() => frames.some(({ text }) => text.includes(expected)), { what: tool });
      child.say(callOf(1, tool));
      expect(await child.heard(expected)).toBe(
        `{"jsonrpc":"2.0","id":1,${expected.startsWith('"result"') ? expected : `"result":{"content":[],${expected}}`}}`,
      );
    }
    const sent = callOf(2, "show_message", {}).replace(
      '"arguments":{}',
      '"arguments":{"n":9007199254740993}',
    );
    expect(JSON.parse((await post(http.url, sent)).text).result.content[0].text).toBe(sent);
  });

  it("hold every hostile tool", async () => {
    const server = await startRawHttpServer({ sessions: false, hostileTools: true });
    cleanups.push(server.close);
    const { text } = await post(server.url, request(1, "tools/list"));
    const { callable, hopeless } = hostileTools("http://127.0.0.1:9/schema.json");
    const { tools } = JSON.parse(text).result as { tools: unknown[] };
    expect(tools).toEqual(
      expect.arrayContaining(JSON.parse(JSON.stringify([...callable, ...hopeless]))),
    );
    expect(callable.length).toBeGreaterThan(30);
  });

  it("come as a line of 30 MiB, as binary, twice, or after garbage", async () => {
    const server = await startRawWsServer();
    cleanups.push(server.close);
    const { socket, frames } = await openSocket(server.url);
    const texts = async (tool: string, count: number) => {
      frames.splice(0);
      socket.send(callOf(7, tool));
      await waitFor(() => frames.length >= count, { what: `${count} frames`, timeoutMs: 15_000 });
      return frames.map(({ text, isBinary }) => ({
        length: text.length,
        isBinary,
        text: text.slice(0, 200),
      }));
    };
    expect((await texts("huge", 1))[0]!.length).toBeGreaterThan(30 * 1024 * 1024);
    expect(await texts("binary", 1)).toMatchObject([{ isBinary: true }]);
    expect((await texts("twice", 2))[1]!.text).toContain("second");
    const garbage = await texts("garbage", 5);
    expect(garbage[0]!.text).toBe("{not json");
    expect(garbage.at(-1)!.text).toContain("after the garbage");
  });
});

describe("the raw HTTP server", () => {
  it("gives out sessions, insists on them and forgets them", async () => {
    const server = await startRawHttpServer();
    cleanups.push(server.close);
    const first = await post(server.url, request(1, "initialize", { protocolVersion: version }));
    expect(first).toMatchObject({ status: 200, session: expect.any(String) });
    expect((await post(server.url, callOf(2, "echo"))).status).toBe(400);
    expect((await post(server.url, callOf(2, "echo"), "unknown")).status).toBe(404);
    expect((await post(server.url, callOf(2, "drop_session"), first.session)).status).toBe(200);
    expect((await post(server.url, callOf(3, "echo"), first.session)).status).toBe(404);
    expect(server.stats).toMatchObject({ openings: 1, connections: 1, calls: { drop_session: 1 } });
    expect(server.sessions()).toBe(0);
  });

  it("answers the next requests with the faults it is given", async () => {
    const server = await startRawHttpServer({ sessions: false });
    cleanups.push(server.close);
    server.failNext({
      status: 503,
      headers: { "retry-after": "1" },
      times: 2,
      method: "tools/call",
    });
    expect((await post(server.url, request(1, "ping"))).status).toBe(200);
    expect((await post(server.url, callOf(2, "echo"))).status).toBe(503);
    expect((await post(server.url, callOf(3, "echo"))).status).toBe(503);
    expect((await post(server.url, callOf(4, "echo"))).status).toBe(200);
  });

  it("changes how it behaves while it runs", async () => {
    const server = await startRawHttpServer({ sessions: false });
    cleanups.push(server.close);
    server.behave({ calls: "error" });
    expect((await post(server.url, callOf(1, "echo"))).text).toContain("Every call fails");
    server.behave({ calls: "answer" });
    expect((await post(server.url, callOf(1, "echo"))).text).toContain('"result"');
  });
});

describe("the raw stdio server", () => {
  it("floods stderr and writes garbage before its answers, and SDK clients bear it", async () => {
    const child = speak({ stderrBytes: 3_000_000, garbageLines: 3 });
    child.say(callOf(1, "flood_stderr", { bytes: 1_000_000 }));
    await child.heard("flooded");
    expect(child.lines.filter((line) => line.startsWith("DEBUG"))).toHaveLength(3);
    await waitFor(() => child.stderrBytes() >= 4_000_000, { what: "4 MB of stderr" });
    const client = await connectV2(rawStdioEntry({ garbageLines: 3 }), { era: "legacy" });
    cleanups.push(() => client.close());
    expect((await client.callTool({ name: "garbage" })).content).toMatchObject([{ type: "text" }]);
  });

  it("keeps a journal over its restarts, and dies only as often as it is told", async () => {
    await using dir = await makeTempDir();
    const journal = `${dir.path}/journal`;
    const first = speak({ journal });
    first.say(callOf(1, "die", { times: 1 }));
    await waitFor(() => !isAlive(first.pid), { what: "the first process to die" });
    const second = speak({ journal });
    second.say(callOf(1, "die", { times: 1 }));
    await second.heard("survived");
    expect(readJournal(journal)).toEqual(
      [first.pid, second.pid].flatMap((pid) => [
        { pid, method: "start" },
        { pid, method: "tools/call", id: 1, tool: "die" },
      ]),
    );
  });

  it("outlives SIGTERM and the end of stdin when it is stubborn, and has children", async () => {
    const child = speak({ stubborn: true, children: 2 });
    child.say(callOf(1, "echo"));
    await child.heard('"id":1');
    const children = childrenOf(child.pid);
    cleanups.push(() => children.forEach((pid) => process.kill(pid, "SIGKILL")));
    expect(children).toHaveLength(2);
    child.child.kill("SIGTERM");
    child.say(callOf(2, "echo"));
    await child.heard('"id":2');
    child.child.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAlive(child.pid)).toBe(true);
  });

  it("ends by itself when it is told so", async () => {
    const child = speak({ exitAfterMs: 50 });
    expect(await waitFor(() => !isAlive(child.pid), { what: "its end" })).toBe(true);
  });
});
