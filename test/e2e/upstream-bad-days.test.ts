import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startLegacyHttpServer } from "../support/legacy-http-server.ts";
import { isAlive, membersOfGroup } from "../support/process-tree.ts";
import {
  rawStdioEntry,
  startRawHttpServer,
  startRawWsServer,
} from "../support/raw-server/index.ts";
import { everythingEntry } from "../support/real-servers.ts";
import {
  createUpstreamRig,
  http,
  idOf,
  specOf,
  stdio,
  ws,
  type UpstreamRig,
} from "../support/upstream-rig.ts";
import { waitFor } from "../support/wait-for.ts";

const open: (AsyncDisposable & object)[] = [];

function hold<T extends AsyncDisposable>(resource: T): T {
  open.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

function pidOf(rig: UpstreamRig, server: string): number {
  const [pid] = rig.upstreams.status(idOf(server))?.pids ?? [];
  if (pid === undefined) throw new Error(`${server} has no process`);
  return pid;
}

describe("a stdio server", () => {
  it("that is killed by kill -9 answers the next safe call, at once or later", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(everythingEntry()))]);
    const first = pidOf(rig, "s");
    process.kill(first, "SIGKILL");
    expect(await rig.text("s", "echo", { args: { message: "1" } })).toBe("Echo: 1");
    const second = pidOf(rig, "s");
    expect(second).not.toBe(first);
    process.kill(second, "SIGKILL");
    await waitFor(() => !isAlive(second), { what: "the death" });
    expect(await rig.text("s", "echo", { args: { message: "2" } })).toBe("Echo: 2");
    expect(rig.upstreams.status(idOf("s"))).toMatchObject({ reconnects: 2 });
  });

  it("that dies in a call: a safe call is sent once more, another is not", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()))]);
    await expect(rig.call("s", "die", { safe: true })).rejects.toMatchObject({
      code: "server-unavailable",
      data: { reached: true },
    });
    await rig.waitForState("s", "ready");
    const { reconnects } = rig.upstreams.status(idOf("s"))!;
    await expect(rig.call("s", "die_writing", { safe: false })).rejects.toMatchObject({
      code: "server-unavailable",
      data: { reached: true },
    });
    await rig.waitForState("s", "ready");
    expect(rig.upstreams.status(idOf("s"))!.reconnects).toBe(reconnects + 1);
    expect(await rig.text("s", "echo")).toBe("{}");
  });

  it("may flood stderr and write garbage to stdout without disturbing a call", async () => {
    const rig = hold(createUpstreamRig());
    const options = { stderrBytes: 5_000_000, garbageLines: 2_000 };
    await rig.connect([specOf("s", stdio(rawStdioEntry(options)))]);
    expect(await rig.text("s", "flood_stderr", { args: { bytes: 20_000_000 } })).toBe("flooded");
    expect(await rig.text("s", "garbage")).toBe("after the garbage");
    const tail = rig.upstreams.status(idOf("s"))?.stderrTail ?? [];
    expect(tail.length).toBeGreaterThan(0);
    expect(tail.length).toBeLessThanOrEqual(50);
    expect(
      rig.log.lines.filter(({ message }) => message.includes("no JSON-RPC")).length,
    ).toBeLessThan(5);
  });

  it("that sends a line of 30 MB breaks the protocol, and is started anew", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()))]);
    const pid = pidOf(rig, "s");
    await expect(rig.call("s", "huge")).rejects.toMatchObject({
      code: "upstream-protocol",
      message: expect.stringContaining("longer than 10485760 bytes"),
    });
    expect(await rig.text("s", "echo")).toBe("{}");
    await waitFor(() => !isAlive(pid), { what: "the old process to end" });
  });

  it("is told by its last words why it does not start", async () => {
    const rig = hold(createUpstreamRig());
    const failing = { command: "sh", args: ["-c", "echo 'no such database' >&2; exit 3"], env: {} };
    await rig.connect(
      [
        specOf("s", stdio(failing)),
        specOf("missing", stdio({ command: "no-such-program-at-all", args: [], env: {} })),
      ],
      "disconnected",
    );
    const status = rig.upstreams.status(idOf("s"));
    expect(status?.reason).toContain("exited with code 3");
    expect(status?.reason).toContain("no such database");
    expect(rig.upstreams.status(idOf("missing"))?.reason).toContain("not found in PATH");
    await expect(rig.call("missing", "x")).rejects.toMatchObject({
      code: "server-unavailable",
      data: { reached: false },
    });
  });

  it("that crashes again and again is not started in a storm", async () => {
    const rig = hold(createUpstreamRig({ maxRestartsPerMinute: 5, backoffInitialMs: 10 }));
    await rig.connect([specOf("s", stdio(rawStdioEntry({ exitAfterMs: 1 })))], "disconnected");
    const status = () => rig.upstreams.status(idOf("s"));
    await waitFor(() => (status()?.retryInMs ?? 0) > 5_000, {
      what: "the limit",
      timeoutMs: 15_000,
    });
    await expect(rig.call("s", "echo")).rejects.toMatchObject({ code: "server-unavailable" });
  });

  it("that neither ends with stdin nor by SIGTERM is killed with its children", async () => {
    const rig = createUpstreamRig();
    await rig.connect([specOf("s", stdio(rawStdioEntry({ stubborn: true, children: 3 })))]);
    const group = pidOf(rig, "s");
    expect(membersOfGroup(group)).toHaveLength(4);
    await rig[Symbol.asyncDispose]();
    await waitFor(() => membersOfGroup(group).length === 0, { what: "the group to end" });
  });

  it("leaves no children behind when it is killed itself", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry({ children: 2 })))]);
    const group = pidOf(rig, "s");
    process.kill(group, "SIGKILL");
    await waitFor(() => membersOfGroup(group).length === 0, { what: "the group to end" });
    expect(await rig.text("s", "echo")).toBe("{}");
  });

  it("that ends when it is asked for its era is started again as a legacy one", async () => {
    const rig = hold(createUpstreamRig({ eraProbeTimeoutMs: 300 }));
    await rig.connect([
      specOf("dying", stdio(rawStdioEntry({ unknownDiscover: "die" }))),
      specOf("silent", stdio(rawStdioEntry({ unknownDiscover: "silent" }))),
      specOf("slow", stdio(rawStdioEntry({ era: "modern", openingDelayMs: 800 }))),
    ]);
    expect(rig.upstreams.status(idOf("dying"))).toMatchObject({ era: "legacy" });
    expect(rig.upstreams.status(idOf("silent"))).toMatchObject({ era: "legacy" });
    expect(rig.upstreams.status(idOf("slow"))).toMatchObject({ era: "modern" });
    expect(await rig.text("dying", "echo")).toBe("{}");
  });
});

describe("a hostile server", () => {
  const latin1 = Buffer.from(
    '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"caf\xe9"}}',
    "latin1",
  );
  const printf = (bytes: Buffer): string =>
    [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

  it("may send text that is not UTF-8, or nested without end, and harms only itself", async () => {
    const rig = hold(createUpstreamRig({ eraProbeTimeoutMs: 200 }));
    const deep = Buffer.from(`${"[".repeat(50_000)}\n`);
    const script = `printf '${printf(latin1)}\\n'; head -c 50000 /dev/zero | tr '\\0' '['; printf '\\n'; cat >/dev/null`;
    expect(deep.length).toBeGreaterThan(50_000);
    await rig.upstreams.reconcile([
      specOf("s", stdio({ command: "sh", args: ["-c", script], env: {} }), {
        startupTimeoutMs: 1_000,
      }),
      specOf("good", stdio(rawStdioEntry())),
    ]);
    await rig.waitForState("s", "disconnected");
    expect(await rig.text("good", "echo")).toBe("{}");
    const garbage = rig.log.lines.filter(({ message }) => message.includes("no JSON-RPC"));
    expect(garbage.length).toBeGreaterThan(0);
  });

  it("may not bring the gateway down through a listener that fails", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()))]);
    const onProgress = (): void => {
      throw new Error("the listener failed");
    };
    expect(await rig.text("s", "progress", { onProgress })).toBe("through");
    expect(rig.log.lines.some(({ level }) => level === "error")).toBe(true);
  });
});

describe("a server that never answers", () => {
  it("delays neither the others nor their calls", async () => {
    const rig = hold(createUpstreamRig());
    const good = hold(await startRawHttpServer());
    const silent = hold(await startRawHttpServer({ opening: "silent" }));
    const startedMs = performance.now();
    await rig.upstreams.reconcile([
      specOf("silent-http", http(silent.url), { startupTimeoutMs: 2_000 }),
      specOf("silent", stdio(rawStdioEntry({ opening: "silent" })), { startupTimeoutMs: 2_000 }),
      specOf("good", http(good.url)),
    ]);
    expect(await rig.text("good", "echo")).toBe("{}");
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await rig.waitForState("silent", "disconnected");
    await rig.waitForState("silent-http", "disconnected");
    expect(rig.upstreams.status(idOf("silent"))?.reason).toContain("not ready within 2000 ms");
  });

  it("costs a call no more than its time limit, and hears that it is cancelled", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startRawHttpServer());
    const local = stdio(rawStdioEntry());
    await rig.connect([
      specOf("http", http(server.url), { timeoutMs: 200 }),
      specOf("stdio", local, { timeoutMs: 200 }),
    ]);
    for (const id of ["http", "stdio"]) {
      await expect(rig.call(id, "hang")).rejects.toMatchObject({
        code: "deadline-exceeded",
        data: { timeoutMs: 200 },
      });
    }
    await waitFor(() => server.stats.cancelled["hang"] === 1, { what: "the cancellation" });
  });

  it("stays in use while it reports progress, up to the longest time", async () => {
    const rig = hold(createUpstreamRig());
    const limits = { timeoutMs: 600, extendOnProgress: true, maxTimeoutMs: 2_400 };
    await rig.connect([specOf("s", stdio(rawStdioEntry()), limits)]);
    expect(await rig.text("s", "progress", { args: { steps: 10, ms: 100 } })).toBe("through");
    await expect(
      rig.call("s", "progress", { args: { steps: 100, ms: 100 } }),
    ).rejects.toMatchObject({
      code: "deadline-exceeded",
      data: { timeoutMs: 2_400 },
    });
  });
});

describe("a server over HTTP", () => {
  it("that is away says so, and is called as soon as it is back", async () => {
    const port = await freePort();
    const rig = hold(createUpstreamRig({ backoffInitialMs: 30_000, backoffMaxMs: 60_000 }));
    await rig.connect([specOf("s", http(`http://127.0.0.1:${port}/mcp`))], "disconnected");
    expect(rig.upstreams.status(idOf("s"))).toMatchObject({
      reason: expect.stringContaining("connection refused"),
      retryInMs: expect.any(Number),
    });
    await expect(rig.call("s", "echo")).rejects.toMatchObject({ code: "server-unavailable" });
  });

  it("whose session is lost gets a new one; only a safe call is sent again", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startLegacyHttpServer());
    await rig.connect([specOf("s", http(server.url))]);
    server.dropSessions();
    expect((await rig.call("s", "add", { args: { a: 1, b: 1 } })).value()).toMatchObject({
      structuredContent: { sum: 2 },
    });
    server.dropSessions();
    const unsafe = { args: { text: "x" }, safe: false };
    await expect(rig.call("s", "write_note", unsafe)).rejects.toMatchObject({
      code: "server-unavailable",
    });
    expect((await rig.call("s", "write_note", unsafe)).value()).toMatchObject({
      structuredContent: { version: 1 },
    });
  });

  it("that wants credentials needs auth, and is ready once they are right", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startLegacyHttpServer({ token: "right-token" }));
    await rig.connect([specOf("s", http(server.url))], "needs-auth");
    await expect(rig.call("s", "echo")).rejects.toMatchObject({ code: "needs-auth" });
    const headers = { Authorization: "Bearer right-token" };
    await rig.connect([specOf("s", http(server.url, headers))]);
    expect(rig.upstreams.status(idOf("s"))).toMatchObject({ state: "ready" });
  });

  it("that is overloaded says when to come again, and stays connected", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startRawHttpServer());
    await rig.connect([specOf("s", http(server.url))]);
    server.failNext({ status: 429, headers: { "retry-after": "7" }, method: "tools/call" });
    await expect(rig.call("s", "echo")).rejects.toMatchObject({
      code: "server-unavailable",
      data: { retryAfterMs: 7_000, reached: false },
    });
    server.failNext({ status: 500, body: "boom", method: "tools/call" });
    await expect(rig.call("s", "echo")).rejects.toMatchObject({ code: "upstream-protocol" });
    expect(await rig.text("s", "echo")).toBe("{}");
    expect(rig.upstreams.status(idOf("s"))).toMatchObject({ state: "ready", reconnects: 0 });
  });

  it.each(["garbage", "binary", "half", "die"])("that answers with %s", async (tool) => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startRawHttpServer());
    await rig.connect([specOf("s", http(server.url))]);
    await expect(rig.call("s", tool, { safe: false })).rejects.toMatchObject({
      code: expect.stringMatching(/upstream-protocol|server-unavailable/),
    });
    expect(await rig.text("s", "echo")).toBe("{}");
  });
});

describe("a server over WebSocket", () => {
  it("that drops its sockets answers the next safe call", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startRawWsServer());
    await rig.connect([specOf("s", ws(server.url))]);
    server.dropConnections();
    expect(await rig.text("s", "echo")).toBe("{}");
  });

  it.each(["binary", "huge"])(
    "that sends %s breaks the protocol and is reconnected",
    async (tool) => {
      const rig = hold(createUpstreamRig());
      const server = hold(await startRawWsServer());
      await rig.connect([specOf("s", ws(server.url))]);
      await expect(rig.call("s", tool)).rejects.toMatchObject({ code: "upstream-protocol" });
      expect(await rig.text("s", "echo")).toBe("{}");
      expect(server.stats.connections).toBe(2);
    },
  );

  it("must choose the subprotocol", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startRawWsServer({ withoutSubprotocol: true }));
    await rig.connect([specOf("s", ws(server.url))], "disconnected");
    expect(rig.upstreams.status(idOf("s"))?.reason).toContain("subprotocol");
  });
});
