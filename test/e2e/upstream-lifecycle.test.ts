import { afterEach, describe, expect, it } from "vitest";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { once } from "node:events";
import type { EndpointSpec } from "../../src/core/upstream/index.ts";
import { freePort } from "../support/free-port.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { isAlive } from "../support/process-tree.ts";
import {
  rawStdioEntry,
  startRawHttpServer,
  startRawWsServer,
} from "../support/raw-server/index.ts";
import { scriptEntry } from "../support/server-entry.ts";
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

const open: AsyncDisposable[] = [];

function hold<T extends AsyncDisposable>(resource: T): T {
  open.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

const pids = (rig: UpstreamRig, server: string): readonly number[] =>
  rig.upstreams.status(idOf(server))?.pids ?? [];

describe("reconcile", () => {
  it("keeps the connections of unchanged servers and applies policy without a restart", async () => {
    const rig = hold(createUpstreamRig());
    const spec = specOf("s", stdio(rawStdioEntry()));
    await rig.connect([spec]);
    const before = pids(rig, "s");
    await rig.connect([{ ...spec, tags: ["new"], timeoutMs: 150 }]);
    expect(pids(rig, "s")).toEqual(before);
    await expect(rig.call("s", "hang")).rejects.toMatchObject({ data: { timeoutMs: 150 } });
  });

  it("restarts a server whose connection settings changed, and stops the old process", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()))]);
    const [before] = pids(rig, "s");
    await rig.upstreams.reconcile([specOf("s", stdio(rawStdioEntry({ fillerTools: 3 })))]);
    expect(await rig.text("s", "echo")).toBe("{}");
    expect(pids(rig, "s")).not.toContain(before);
    expect(isAlive(before!)).toBe(false);
    await waitFor(() => rig.catalog.servers.get("s")?.tools.includes("tool_00003"), {
      what: "tools",
    });
  });

  it("removes servers with their processes and tools, and switches them off and on", async () => {
    const rig = hold(createUpstreamRig());
    const spec = specOf("s", stdio(rawStdioEntry()));
    await rig.connect([spec]);
    const [pid] = pids(rig, "s");
    await rig.connect([{ ...spec, disabled: true }], "disabled");
    await waitFor(() => !isAlive(pid!), { what: "the process to end" });
    expect(rig.catalog.servers.has("s")).toBe(false);
    await expect(rig.call("s", "echo")).rejects.toMatchObject({
      code: "server-unavailable",
      data: { state: "disabled" },
    });
    await rig.connect([spec]);
    expect(rig.catalog.servers.get("s")?.tools).toContain("echo");
    await rig.upstreams.reconcile([]);
    expect(rig.upstreams.statuses()).toEqual([]);
    expect(rig.catalog.servers.has("s")).toBe(false);
    await expect(rig.call("s", "echo")).rejects.toMatchObject({ code: "unknown-server" });
  });
});

describe("reconnect", () => {
  it("opens all connections anew, and joins a first attempt under way", async () => {
    const rig = hold(createUpstreamRig());
    const { signal } = new AbortController();
    await rig.upstreams.reconcile([specOf("s", stdio(rawStdioEntry()))]);
    expect(await rig.upstreams.reconnect(idOf("s"), signal)).toMatchObject({ state: "ready" });
    const before = pids(rig, "s");
    const after = await rig.upstreams.reconnect(idOf("s"), signal);
    expect(after).toMatchObject({ state: "ready" });
    expect(after.pids).not.toEqual(before);
  });

  it("resolves when the attempt has failed", async () => {
    const rig = hold(createUpstreamRig());
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    await rig.upstreams.reconcile([specOf("s", http(url))]);
    const status = await rig.upstreams.reconnect(idOf("s"), new AbortController().signal);
    expect(status).toMatchObject({ state: "disconnected" });
  });
});

describe("isolation", () => {
  it("gives each session, or each principal, a process of its own", async () => {
    const rig = hold(createUpstreamRig({ scopedIdleMs: 5_000 }));
    const count = async (server: string, who: { session?: string; principal?: string }) =>
      (JSON.parse(await rig.text(server, "count", who)) as { pid: number }).pid;
    await rig.connect([
      specOf("session", stdio(rawStdioEntry()), { isolation: "session" }),
      specOf("principal", stdio(rawStdioEntry()), { isolation: "principal" }),
    ]);
    const [a, b, again] = await Promise.all([
      count("session", { session: "a" }),
      count("session", { session: "b" }),
      count("session", { session: "a" }),
    ]);
    expect(a).toBe(again);
    expect(a).not.toBe(b);
    const p = await count("principal", { principal: "p", session: "a" });
    expect(await count("principal", { principal: "p", session: "b" })).toBe(p);
    expect(await count("principal", { principal: "q" })).not.toBe(p);
    expect(rig.upstreams.status(idOf("session"))).toMatchObject({ connections: 3 });
    await waitFor(() => rig.upstreams.status(idOf("session"))?.connections === 1, {
      what: "idle connections to be closed",
      timeoutMs: 15_000,
    });
    await waitFor(() => !isAlive(a) && !isAlive(b), { what: "their processes to end" });
  });
});

describe("idle stop", () => {
  it("ends a process that nobody calls; the next call starts it again", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()), { idleStopMs: 300 })]);
    const [pid] = pids(rig, "s");
    await waitFor(() => !isAlive(pid!), { what: "the idle process to end" });
    expect(rig.upstreams.status(idOf("s"))).toMatchObject({
      state: "ready",
      connections: 0,
      reason: expect.stringContaining("idle"),
    });
    expect(rig.catalog.servers.get("s")?.tools).toContain("echo");
    expect(await rig.text("s", "echo")).toBe("{}");
  });
});

describe("a command beside a URL", () => {
  const users = (port: number): EndpointSpec => {
    const entry = scriptEntry("examples/users/main.ts", [
      "--port",
      String(port),
      "--data",
      ":memory:",
    ]);
    return { ...ws(`ws://127.0.0.1:${port}/mcp`), launch: entry };
  };

  it("is started, reached when it is up, and ended with the gateway", async () => {
    const rig = createUpstreamRig();
    await rig.connect([specOf("users", users(await freePort()), { startupTimeoutMs: 15_000 })]);
    const [pid] = pids(rig, "users");
    const found = await rig.call("users", "search_users", { args: { name: "Alice" } });
    expect(found.value()).toHaveProperty("structuredContent");
    process.kill(pid!, "SIGKILL");
    await waitFor(() => !isAlive(pid!), { what: "the death" });
    await rig.call("users", "search_users", { args: { name: "Alice" } });
    const [again] = pids(rig, "users");
    expect(again).not.toBe(pid);
    await rig[Symbol.asyncDispose]();
    expect(isAlive(again!)).toBe(false);
  });

  it("is started once, however many sessions have connections of their own", async () => {
    const rig = hold(createUpstreamRig());
    const more = { isolation: "session", startupTimeoutMs: 15_000 } as const;
    await rig.connect([specOf("users", users(await freePort()), more)]);
    const search = (session: string) =>
      rig.call("users", "search_users", { args: { name: "Alice" }, session });
    await Promise.all([search("a"), search("b"), search("a")]);
    expect(rig.upstreams.status(idOf("users"))).toMatchObject({ connections: 3 });
    expect(pids(rig, "users")).toHaveLength(1);
  });

  it("is not started when something else has the port", async () => {
    const other = createServer((_request, response) => response.end("hello")).listen(
      0,
      "127.0.0.1",
    );
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("users", users(port))], "disconnected");
    expect(rig.upstreams.status(idOf("users"))?.reason).toContain("something else already listens");
    expect(pids(rig, "users")).toEqual([]);
    other.close();
  });

  it("that ends before it listens is reported with its last words", async () => {
    const rig = hold(createUpstreamRig());
    const launch = { command: "sh", args: ["-c", "echo 'bad port' >&2; exit 9"], env: {} };
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    await rig.connect([specOf("s", { ...http(url), launch })], "disconnected");
    const reason = rig.upstreams.status(idOf("s"))?.reason;
    expect(reason).toContain("the launched process exited with code 9");
    expect(reason).toContain("bad port");
  });
});

describe("the tool list", () => {
  it("is read to its end, 5,000 tools long, in pages or at once", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([
      specOf("pages", stdio(rawStdioEntry({ fillerTools: 5_000, pageSize: 100 }))),
      specOf("whole", stdio(rawStdioEntry({ fillerTools: 5_000, pageSize: 10_000 }))),
    ]);
    expect(rig.catalog.servers.get("pages")?.tools.length).toBeGreaterThan(5_000);
    expect(rig.catalog.servers.get("whole")?.tools).toEqual(
      rig.catalog.servers.get("pages")?.tools,
    );
    expect(rig.upstreams.status(idOf("pages"))?.tools).toBeGreaterThan(5_000);
  });

  it.each([
    ["endless", "more than 200 pages"],
    ["same-cursor", "in a circle"],
    ["not-a-list", "cannot be used"],
    ["error", "could not be read"],
  ] as const)("that is %s leaves the server degraded, but callable", async (list, reason) => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry({ list })))], "degraded");
    expect(rig.upstreams.status(idOf("s"))?.reason).toContain(reason);
    expect(await rig.text("s", "echo")).toBe("{}");
  });

  it("is kept while it cannot be read or the server is away, and read again later", async () => {
    const rig = hold(createUpstreamRig());
    const server = await startRawHttpServer({ stream: "open" });
    await rig.connect([specOf("s", http(server.url))]);
    const tools = rig.catalog.servers.get("s")?.tools;
    server.behave({ list: "error" });
    server.changeTools({ add: ["fresh"] });
    await rig.waitForState("s", "degraded");
    expect(rig.catalog.servers.get("s")?.tools).toEqual(tools);
    server.behave({ list: "answer" });
    await rig.waitForState("s", "ready");
    expect(rig.catalog.servers.get("s")?.tools).toContain("fresh");
    await server.close();
    await rig.waitForState("s", "disconnected");
    expect(rig.catalog.servers.get("s")?.tools).toContain("fresh");
    expect(rig.upstreams.status(idOf("s"))?.tools).toBe(tools!.length + 1);
  });

  it("is read once for a burst of announcements", async () => {
    const rig = hold(createUpstreamRig());
    await rig.connect([specOf("s", stdio(rawStdioEntry()))]);
    await rig.call("s", "change_tools", { args: { add: ["fresh"], remove: ["hang"] } });
    await rig.call("s", "burst", { args: { times: 500 } });
    await waitFor(() => rig.catalog.servers.get("s")?.tools.includes("fresh"), {
      what: "the change",
    });
    expect(rig.catalog.servers.get("s")).toMatchObject({ replacements: 2 });
    expect(rig.catalog.servers.get("s")?.tools).not.toContain("hang");
  });

  it.each([
    ["http", startRawHttpServer, http],
    ["ws", startRawWsServer, ws],
  ] as const)("follows a modern subscription over %s", async (_transport, start, endpoint) => {
    const rig = hold(createUpstreamRig());
    const server = hold(await start({ era: "modern" }));
    await rig.connect([specOf("s", endpoint(server.url))]);
    await waitFor(() => server.stats.received.some((m) => m.method === "subscriptions/listen"), {
      what: "the subscription",
    });
    server.changeTools({ add: ["fresh"] });
    await expect.poll(() => rig.catalog.servers.get("s")?.tools).toContain("fresh");
  });

  it("follows the subscription of the reference server", async () => {
    const rig = hold(createUpstreamRig());
    const server = hold(await startModernHttpServer());
    await rig.connect([specOf("s", http(server.url))]);
    await waitFor(() => server.stats.requests.some(isSubscription), { what: "the subscription" });
    const addAnother = (): string[] | undefined => {
      const name = `fresh_${server.state.extraTools.size}`;
      server.state.addTool({ name, description: "Fresh" });
      return rig.catalog.servers.get("s")?.tools;
    };
    await expect.poll(addAnother, { interval: 500, timeout: 5_000 }).toContain("fresh_0");
  });
});

function isSubscription({ headers }: { headers: IncomingHttpHeaders }): boolean {
  return headers["mcp-method"] === "subscriptions/listen";
}

describe("replicas", () => {
  it("stand in while the preferred endpoint is away, and give way when it is back", async () => {
    const rig = hold(createUpstreamRig({ backoffMaxMs: 300 }));
    const replica = hold(await startRawHttpServer());
    const port = await freePort();
    const preferred = http(`http://127.0.0.1:${port}/mcp`);
    await rig.connect([specOf("s", [preferred, http(replica.url)])], "degraded");
    expect(rig.upstreams.status(idOf("s"))?.reason).toContain("endpoint 2");
    expect(await rig.text("s", "echo")).toBe("{}");
    const replicaPort = Number(new URL(replica.url).port);
    const sockets = new Set<Socket>();
    const forward = createTcpServer((socket) => {
      const onward = connect(replicaPort, "127.0.0.1");
      for (const end of [socket, onward]) sockets.add(end.on("error", () => undefined));
      socket.pipe(onward).pipe(socket);
    }).listen(port, "127.0.0.1");
    hold({
      async [Symbol.asyncDispose]() {
        forward.close();
        sockets.forEach((socket) => socket.destroy());
      },
    });
    await rig.waitForState("s", "ready");
    expect(rig.upstreams.status(idOf("s"))?.target).toContain(String(port));
    expect(await rig.text("s", "echo")).toBe("{}");
  });
});
