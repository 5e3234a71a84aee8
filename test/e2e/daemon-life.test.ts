import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startDaemon, type Daemon, type DaemonSetup } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { descendantsOf, isAlive, processesWith } from "../support/process-tree.ts";
import { rawStdioEntry, readJournal, startRawHttpServer } from "../support/raw-server/index.ts";
import { everythingEntry } from "../support/real-servers.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { scriptEntry } from "../support/server-entry.ts";
import { serverViews, untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { waitFor } from "../support/wait-for.ts";
import { WebSocket } from "ws";

const open: AsyncDisposable[] = [];

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  open.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

async function started(
  mcpServers: Record<string, object>,
  setup: DaemonSetup & { gateway?: object } = {},
): Promise<{ daemon: Daemon; rest: RestClient }> {
  const { gateway = {}, ...more } = setup;
  const daemon = await hold(startDaemon({ config: { gateway, mcpServers }, ...more }));
  const rest = restClient(daemon.url);
  await untilState(rest, Object.keys(mcpServers));
  return { daemon, rest };
}

async function pidOf(rest: RestClient, server: string): Promise<number> {
  const [pid] = (await serverViews(rest)).get(server)?.pids ?? [];
  if (pid === undefined) throw new Error(`${server} has no process`);
  return pid;
}

describe("kill -9 of a stdio server", () => {
  it("costs nothing: the next safe call starts it anew and succeeds", async () => {
    const { rest } = await started({ everything: everythingEntry() });
    for (const round of [1, 2]) {
      const pid = await pidOf(rest, "everything");
      process.kill(pid, "SIGKILL");
      const answer = await rest.call("everything__echo", { message: `round ${round}` });
      expect(answer.body.content[0].text).toBe(`Echo: round ${round}`);
      expect(await pidOf(rest, "everything")).not.toBe(pid);
    }
  });

  it("in the middle of a call: a reading call is sent again, a write is not", async () => {
    const folder = await hold(makeTempDir());
    const journal = join(folder.path, "journal");
    const { rest } = await started({ raw: rawStdioEntry({ journal, callDelayMs: 1_500 }) });
    const seen = (tool: string) => readJournal(journal).filter((one) => one.tool === tool).length;
    const killDuring = async (tool: string) => {
      const before = seen(tool);
      const call = rest.call(`raw__${tool}`);
      await waitFor(() => seen(tool) > before, { what: `the call of ${tool}` });
      process.kill(await pidOf(rest, "raw"), "SIGKILL");
      return call;
    };
    const written = await killDuring("write");
    expect(written).toMatchObject({
      status: 503,
      body: { code: "server-unavailable", reached: true },
    });
    expect(seen("write")).toBe(1);
    const read = await killDuring("echo");
    expect(read).toMatchObject({ status: 200, body: { content: [{ text: "{}" }] } });
    expect(seen("echo")).toBe(2);
  });
});

describe("kill -9 of the daemon", () => {
  it("leaves no process of its servers behind, nor the reaper", async () => {
    const port = await freePort();
    const users = scriptEntry("examples/users/main.ts", [
      "--port",
      String(port),
      "--data",
      ":memory:",
    ]);
    const { daemon, rest } = await started({
      everything: everythingEntry(),
      stubborn: rawStdioEntry({ stubborn: true, children: 2 }),
      users: { ...users, url: `ws://127.0.0.1:${port}` },
    });
    const family = descendantsOf(daemon.pid);
    expect(family.length).toBeGreaterThanOrEqual(6);
    expect((await rest.call("users__search_users", { name: "Alice" })).status).toBe(200);
    await daemon.kill();
    await waitFor(() => !family.some(isAlive), {
      what: "all of them to end",
      timeoutMs: 10_000,
    });
    expect(processesWith(daemon.dataDir)).toEqual([]);
  });
});

describe("a daemon that is told to stop", () => {
  it("finishes what is under way, takes nothing new, and ends its servers with code 0", async () => {
    const { daemon, rest } = await started({
      raw: rawStdioEntry({ stubborn: true, children: 2 }),
      everything: everythingEntry(),
    });
    const family = descendantsOf(daemon.pid);
    const slow = rest.call("raw__sleep", { ms: 1_500 });
    await waitFor(async () => (await rest.get("/v1/status")).body.callsInFlight === 1, {
      what: "the call",
    });
    const stopped = daemon.stop();
    await waitFor(() => daemon.log().includes('"Stopping."'), { what: "the signal" });
    await expect(rest.get("/healthz")).rejects.toThrow("fetch failed");
    expect(await slow).toMatchObject({ status: 200, body: { content: [{ text: "slept" }] } });
    expect(await stopped).toBe(0);
    expect(daemon.log()).toContain('"Stopped."');
    await waitFor(() => !family.some(isAlive), { what: "all servers to end" });
    expect(daemon.log()).not.toMatch(/"level":"(error|warn)"/);
  });

  it("waits for a call no longer than it may, and answers it with why it ended", async () => {
    const server = await hold(startRawHttpServer());
    const gateway = { drainTimeoutMs: 500 };
    const { daemon, rest } = await started({ raw: { url: server.url } }, { gateway });
    const hanging = rest.call("raw__hang");
    await waitFor(() => server.stats.calls["hang"] === 1, { what: "the call" });
    const startedMs = performance.now();
    expect(await daemon.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(await hanging).toMatchObject({
      status: 503,
      body: { code: "server-unavailable", state: "stopping" },
    });
    await waitFor(() => server.stats.cancelled["hang"] === 1, { what: "the cancellation" });
  });

  it("over the API or by the command stops alike", async () => {
    const { daemon } = await started({});
    const env = { SWITCHBOARD_DATA_DIR: daemon.dataDir };
    expect(await runSwitchboard(["stop"], env)).toMatchObject({ code: 0 });
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
    const again = await runSwitchboard(["status"], env);
    expect(again.code).toBe(4);
  });

  it("twice goes at once, and leaves nothing behind either", async () => {
    const { daemon, rest } = await started({ raw: rawStdioEntry({ stubborn: true }) });
    const family = descendantsOf(daemon.pid);
    const hanging = rest.call("raw__hang").catch(() => "cut off");
    await waitFor(async () => (await rest.get("/v1/status")).body.callsInFlight === 1, {
      what: "the call",
    });
    process.kill(daemon.pid, "SIGTERM");
    await waitFor(() => daemon.log().includes('"Stopping."'), { what: "the signal" });
    process.kill(daemon.pid, "SIGTERM");
    expect(await daemon.exited).toMatchObject({ signal: "SIGKILL" });
    expect(await hanging).toBe("cut off");
    await waitFor(() => !family.some(isAlive), { what: "all to end", timeoutMs: 10_000 });
  });

  it("ends event streams and sockets of its clients", async () => {
    const { daemon, rest } = await started({});
    const events = await fetch(`${daemon.url}/v1/events`);
    const body = events.text();
    const socket = new WebSocket(daemon.wsUrl, "mcp");
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    const closed = new Promise<number>((resolve) => {
      socket.addEventListener("close", (event) => resolve(event.code), { once: true });
    });
    expect((await rest.get("/healthz")).status).toBe(200);
    expect(await daemon.stop()).toBe(0);
    expect(await closed).toBe(1001);
    await body;
  });
});
