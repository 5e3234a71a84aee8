import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

let ref: ReferenceServer;
let daemon: Daemon;
let env: Record<string, string>;
/** Ends the call that the daemon waits for. */
let leave: AbortController;

beforeEach(async () => {
  ref = await startModernHttpServer();
  daemon = await startDaemon({
    config: { gateway: { drainTimeoutMs: 100_000 }, mcpServers: { ref: { url: ref.url } } },
  });
  env = { SWITCHBOARD_DATA_DIR: daemon.dataDir };
  const rest = restClient(daemon.url);
  await untilState(rest, ["ref"]);
  leave = new AbortController();
  const { signal } = leave;
  rest.call("ref__slow", { ms: 60_000, steps: 1 }, {}, { signal }).catch(() => undefined);
  await waitFor(() => ref.stats.calls["slow"] === 1, { what: "the slow call to begin" });
}, 30_000);

afterEach(async () => {
  leave.abort();
  await daemon[Symbol.asyncDispose]();
  await ref.close();
}, 30_000);

const address = () => readFile(join(daemon.dataDir, "daemon.json"), "utf8");

describe("a daemon that finishes what is under way", () => {
  it("is waited for by stop, and told of by everything else", async () => {
    const words = ["--config", daemon.configFile];
    const stopped = runSwitchboard(["stop", ...words], env);
    await waitFor(async () => (await address()).includes("stopsBy"), {
      what: "the daemon to tell that it stops",
    });
    const [status, search, serve] = await Promise.all([
      runSwitchboard(["status", ...words], env),
      runSwitchboard(["search", "add", ...words], env),
      runSwitchboard(["serve", ...words], env),
    ]);
    const told = `error: The daemon at ${daemon.url} (process ${daemon.pid}) is stopping.\n`;
    expect(status).toMatchObject({ code: 4, stdout: "" });
    expect(status.stderr).toContain(told);
    expect(search).toMatchObject({ code: 4, stdout: "" });
    expect(search.stderr).toContain(told);
    expect(serve.code).toBe(2);
    expect(serve.stderr).toContain(`is still in use by process ${daemon.pid}, a daemon that is`);
    leave.abort();
    expect(await stopped).toMatchObject({ code: 0, stdout: "Stopped.\n" });
    await expect(access(join(daemon.dataDir, "lock"))).rejects.toThrow("ENOENT");
    await expect(address()).rejects.toThrow("ENOENT");
    expect(await daemon.exited).toMatchObject({ code: 0 });
  }, 60_000);

  it("that is killed meanwhile is gone at once", async () => {
    const words = ["stop", "--config", daemon.configFile];
    const stopped = runSwitchboard(words, env);
    await waitFor(async () => (await address()).includes("stopsBy"), {
      what: "the daemon to tell that it stops",
    });
    await daemon.kill();
    expect(await stopped).toMatchObject({ code: 0, stdout: "Stopped.\n" });
    expect(await runSwitchboard(["status", "--config", daemon.configFile], env)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("No daemon is running."),
    });
  }, 60_000);
});
