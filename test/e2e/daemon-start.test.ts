import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  DaemonFailedError,
  startDaemon,
  type Daemon,
  type DaemonSetup,
} from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { descendantsOf } from "../support/process-tree.ts";
import { rawStdioEntry } from "../support/raw-server/index.ts";
import { restClient } from "../support/rest-client.ts";
import { serverViews, untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const open: AsyncDisposable[] = [];

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  open.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

/** What a start that must fail ends with. */
async function failureOf(setup: DaemonSetup): Promise<DaemonFailedError> {
  try {
    const daemon = await hold(startDaemon(setup));
    throw new Error(`The daemon started, at ${daemon.url}`);
  } catch (error) {
    if (error instanceof DaemonFailedError) return error;
    throw error;
  }
}

const start = (setup: DaemonSetup): Promise<Daemon> => hold(startDaemon(setup));

/** A port where something accepts connections and never says a word. */
async function deafPort(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  return (server.address() as AddressInfo).port;
}

describe("a daemon whose servers are dead", () => {
  it("is ready at once, and shows why each of them is away", async () => {
    const port = await freePort();
    const mcpServers = {
      alive: rawStdioEntry(),
      refused: { url: `http://127.0.0.1:${port}/mcp` },
      "refused-ws": { url: `ws://127.0.0.1:${port}/mcp` },
      deaf: { url: `http://127.0.0.1:${await deafPort()}/mcp`, startupTimeoutMs: 1_000 },
      missing: { command: "no-such-program-anywhere" },
      failing: { command: "sh", args: ["-c", "echo 'no such database' >&2; exit 3"] },
      mute: { ...rawStdioEntry({ opening: "silent" }), startupTimeoutMs: 1_000 },
      resting: { url: "http://127.0.0.1:9/mcp", disabled: true },
    };
    const daemon = await start({ config: { mcpServers } });
    expect(daemon.readyAfterMs).toBeLessThan(5_000);
    const rest = restClient(daemon.url);
    expect(await rest.get("/readyz")).toMatchObject({ status: 200, body: { ready: true } });
    await untilState(rest, ["alive"]);
    const away = ["refused", "refused-ws", "deaf", "missing", "failing", "mute"];
    const views = await untilState(rest, away, "disconnected");
    const reasons = Object.fromEntries(away.map((id) => [id, views.get(id)?.reason]));
    expect(reasons).toEqual({
      refused: expect.stringContaining("connection refused"),
      "refused-ws": expect.stringContaining("connection refused"),
      deaf: expect.stringContaining("1000 ms"),
      missing: expect.stringContaining("not found in PATH"),
      failing: expect.stringContaining("no such database"),
      mute: expect.stringContaining("1000 ms"),
    });
    expect((await serverViews(rest)).get("resting")).toMatchObject({ state: "disabled" });
    expect((await rest.call("alive__echo")).status).toBe(200);
    expect((await rest.get("/readyz")).body.servers).toMatchObject({ total: 8, ready: 1 });
  });
});

describe("a config with ten errors", () => {
  it("is refused with all ten, each with its line and how to mend it", async () => {
    const config = `gatway:
  port: 8700
gateway:
  port: eighty
  maxBodyByte: 5
  host: 127.0.0.1/8
mcpServers:
  one:
    comand: node
  two:
    url: ftp://files.example
  odd:
    { url: "http://127.0.0.1:1/mcp", isolation: sesion }
  three:
    command: node
    timeoutMs: -5
  four:
    url: http://127.0.0.1:1/mcp
    headers: { Authorization: "Bearer \${NOT_SET_ANYWHERE}" }
discovery:
  index: fais
`;
    const { code, output } = await failureOf({ config });
    expect(code).toBe(2);
    const { problems } = JSON.parse(output) as { problems: string[] };
    const expected: [RegExp, RegExp][] = [
      [/yaml:1:1 gatway/, /Did you mean "gateway"/],
      [/yaml:4:\d+ gateway\.port/, /eighty/],
      [/yaml:5:\d+ gateway\.maxBodyByte/, /maxBodyBytes/],
      [/yaml:6:\d+ gateway\.host/, /host name/],
      [/yaml:(8|9):\d+ mcpServers\.one/, /command/],
      [/yaml:11:\d+ mcpServers\.two\.url/, /ftp/],
      [/yaml:13:\d+ mcpServers\.odd\.isolation/, /session/],
      [/yaml:16:\d+ mcpServers\.three\.timeoutMs/, /-5/],
      [/yaml:19:\d+ mcpServers\.four/, /NOT_SET_ANYWHERE/],
      [/yaml:21:\d+ discovery\.index/, /faiss/],
    ];
    for (const [place, hint] of expected) {
      const found = problems.filter((problem) => place.test(problem));
      expect([String(place), found]).toEqual([String(place), [expect.stringMatching(hint)]]);
    }
    expect(problems).toHaveLength(10);
    expect(problems.join("\n")).not.toMatch(/ at .*\.ts:/);
  });
});

describe("a second daemon on the same data directory", () => {
  it("is refused, naming the process that holds it, and takes over when that is gone", async () => {
    const folder = await hold(makeTempDir());
    const first = await start({ config: { mcpServers: {} }, folder: folder.path });
    const refused = await failureOf({ folder: folder.path });
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`process ${first.pid}`);
    expect((await restClient(first.url).get("/healthz")).status).toBe(200);
    await first.kill();
    const second = await start({ folder: folder.path });
    expect((await restClient(second.url).get("/healthz")).status).toBe(200);
  });
});

describe("a start", () => {
  it("on a port that is taken says so, and how to mend it", async () => {
    const port = await deafPort();
    const { code, output } = await failureOf({
      config: { gateway: { port }, mcpServers: { one: rawStdioEntry() } },
    });
    expect(code).not.toBe(0);
    expect(output).toContain(String(port));
    expect(output).toContain("--port");
  });

  it("beyond this machine without keys is refused, unless it is told to", async () => {
    const config = { gateway: { host: "0.0.0.0" }, mcpServers: {} };
    const { output } = await failureOf({ config });
    expect(output).toContain("--insecure");
    const daemon = await start({ config, args: ["--insecure"] });
    expect((await restClient(daemon.url).get("/v1/tools")).status).toBe(200);
  });

  it("without a config file runs without servers and says so", async () => {
    const folder = await hold(makeTempDir());
    await writeFile(join(folder.path, "switchboard.yaml"), "");
    const daemon = await start({ folder: folder.path, args: ["--port", "0"] });
    expect((await restClient(daemon.url).get("/v1/servers")).body).toEqual({ servers: [] });
  });

  it("keeps its secrets readable by this user only, and takes them back at the end", async () => {
    const folder = await hold(makeTempDir());
    const daemon = await start({ config: { mcpServers: {} }, folder: folder.path });
    const address = join(daemon.dataDir, "daemon.json");
    const { token } = JSON.parse(await readFile(address, "utf8")) as { token: string };
    expect(token).toMatch(/^sb_/);
    const env = { SWITCHBOARD_DATA_DIR: daemon.dataDir };
    const status = await runSwitchboard(["status", "--json"], env);
    expect(status).toMatchObject({ code: 0 });
    expect(JSON.parse(status.stdout)).toMatchObject({ pid: daemon.pid });
    expect(await daemon.stop()).toBe(0);
    expect(existsSync(address)).toBe(false);
    expect(descendantsOf(daemon.pid)).toEqual([]);
  });
});
