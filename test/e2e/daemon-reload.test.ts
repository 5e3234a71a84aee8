import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { isAlive } from "../support/process-tree.ts";
import {
  rawStdioEntry,
  startRawHttpServer,
  type RawHttpServer,
} from "../support/raw-server/index.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { serverViews, untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { makeTempDir, type TempDir } from "../support/temp-dir.ts";
import { waitFor } from "../support/wait-for.ts";

let folder: TempDir;
let server: RawHttpServer;
let other: RawHttpServer;
let daemon: Daemon;
let rest: RestClient;
const events: { type: string; data: Record<string, unknown> }[] = [];

beforeAll(async () => {
  [folder, server, other] = await Promise.all([
    makeTempDir(),
    startRawHttpServer(),
    startRawHttpServer(),
  ]);
  await restart({ raw: { url: server.url } });
}, 60_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await Promise.all([server.close(), other.close()]);
  await folder.remove();
}, 30_000);

async function restart(mcpServers: object): Promise<void> {
  daemon = await startDaemon({ config: { mcpServers }, folder: folder.path });
  rest = restClient(daemon.url);
  await untilState(rest, ["raw"]);
  void follow(daemon.url);
}

/** Gathers the daemon's events until it ends. */
async function follow(url: string): Promise<void> {
  const stream = await fetch(`${url}/v1/events`);
  let text = "";
  try {
    for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      const told = blocks.flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? []);
      events.push(...told.map((data) => JSON.parse(data) as (typeof events)[number]));
    }
  } catch {
    // The daemon was stopped.
  }
}

const eventsOf = (type: string) => events.filter((event) => event.type === type);
const edit = (mcpServers: object, more: object = {}) => daemon.writeConfig({ mcpServers, ...more });
const pidsOf = async (id: string) => (await serverViews(rest)).get(id)?.pids ?? [];

describe("an edit of the config file", () => {
  it("adds a server, without touching the others", async () => {
    const connections = server.stats.connections;
    await edit({ raw: { url: server.url }, added: rawStdioEntry() });
    await untilState(rest, ["added"]);
    expect((await rest.call("added__echo", { text: "hello" })).status).toBe(200);
    expect(server.stats.connections).toBe(connections);
    const found = await rest.post("/v1/tools/search", { query: "echo", servers: ["added"] });
    expect(found.body.tools[0].server).toBe("added");
    expect(eventsOf("config.reloaded").at(-1)?.data).toMatchObject({
      servers: { added: ["added"] },
    });
  });

  it("changes a policy without a new connection, and a command with one", async () => {
    const [before] = await pidsOf("added");
    const policy = { ...rawStdioEntry(), tools: { deny: ["write*"] } };
    await edit({ raw: { url: server.url }, added: policy });
    await waitFor(async () => (await rest.get("/v1/tools/added__write")).status === 404, {
      what: "the denied tool to go",
    });
    expect(await pidsOf("added")).toEqual([before]);
    await edit({ raw: { url: server.url }, added: { ...policy, env: { CHANGED: "1" } } });
    await waitFor(async () => ![[], [before]].includes(await pidsOf("added")), {
      what: "another process",
    });
    await waitFor(() => !isAlive(before!), { what: "the first to end" });
    await untilState(rest, ["added"]);
  });

  it("removes a server, and what is known of it", async () => {
    const [pid] = await pidsOf("added");
    await edit({ raw: { url: server.url } });
    await waitFor(async () => !(await serverViews(rest)).has("added"), { what: "it to go" });
    await waitFor(() => !isAlive(pid!), { what: "its process to end" });
    expect(await rest.call("added__echo")).toMatchObject({ status: 404 });
    const { body } = await rest.post("/v1/tools/search", { query: "echo arguments" });
    expect(JSON.stringify(body)).not.toContain("added__");
    await waitFor(async () => !(await rest.get("/metrics")).text.includes('server="added"'), {
      what: "its metrics to go",
    });
  });

  it("that is broken leaves the last good state, and says so in log, events and answers", async () => {
    const before = eventsOf("config.rejected").length;
    await daemon.writeConfig("mcpServers:\n  raw: { url: 7 }\n  new: { comand: x }\n");
    await waitFor(() => eventsOf("config.rejected").length > before, { what: "the event" });
    const { problems } = eventsOf("config.rejected").at(-1)!.data as { problems: string[] };
    expect(problems).toEqual([
      expect.stringContaining("yaml:2:"),
      expect.stringContaining("yaml:3:"),
    ]);
    expect(daemon.log()).toContain("the last good one stays");
    expect((await rest.call("raw__echo")).status).toBe(200);
    const refused = await rest.post("/v1/reload");
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid-config", problems } });
    const env = { SWITCHBOARD_DATA_DIR: daemon.dataDir };
    const command = await runSwitchboard(["reload"], env);
    expect(command.code).toBe(2);
    expect(command.stderr).toContain("yaml:2:");
  });

  it("that mends it is taken up again", async () => {
    await edit({ raw: { url: server.url }, second: { url: other.url } });
    await untilState(rest, ["raw", "second"]);
    expect(await rest.post("/v1/reload")).toMatchObject({ status: 200 });
  });

  it("of what cannot change while it runs says so", async () => {
    await edit({ raw: { url: server.url } }, { gateway: { port: 0, maxSessions: 17 } });
    const { body } = await rest.post("/v1/reload");
    await waitFor(
      () => JSON.stringify([body, ...eventsOf("config.reloaded")]).includes("gateway.maxSessions"),
      { what: "the setting to be named" },
    );
    expect((await rest.call("raw__echo")).status).toBe(200);
  });

  it("changes keys and rules at once", async () => {
    const hash = "a".repeat(64);
    const auth = { anonymous: "never", apiKeys: [{ id: "one", hash }] };
    await edit({ raw: { url: server.url } }, { auth });
    const asked = async () => (await rest.get("/v1/tools")).status;
    await expect.poll(asked, { timeout: 5_000 }).toBe(401);
    await edit({ raw: { url: server.url } });
    await expect.poll(asked, { timeout: 5_000 }).toBe(200);
  });
});

describe("a server added over the API", () => {
  it("is there at once, and survives a restart; the file wins", async () => {
    const added = await rest.post("/v1/servers", {
      id: "overlaid",
      url: other.url,
      description: "Added later",
    });
    expect(added).toMatchObject({ status: 201, body: { id: "overlaid", state: "ready" } });
    expect((await rest.call("overlaid__echo")).status).toBe(200);
    expect(await rest.post("/v1/servers", { id: "overlaid", url: other.url })).toMatchObject({
      status: 409,
      body: { code: "server-exists" },
    });
    const patched = await rest.send("PATCH", "/v1/servers/overlaid", {
      body: { tools: { deny: ["write"] } },
    });
    expect(patched.status).toBe(200);
    expect((await rest.call("overlaid__write")).status).toBe(404);
    expect(await daemon.stop()).toBe(0);

    await restart({ raw: { url: server.url } });
    await untilState(rest, ["overlaid"]);
    expect((await serverViews(rest)).get("overlaid")).toMatchObject({
      source: "overlay",
      description: "Added later",
    });
    expect((await rest.call("overlaid__write")).status).toBe(404);

    await edit({ raw: { url: server.url }, overlaid: { url: server.url } });
    await waitFor(async () => (await serverViews(rest)).get("overlaid")?.source === "file", {
      what: "the file to win",
    });
    await untilState(rest, ["overlaid"]);
    expect((await rest.call("overlaid__write")).status).toBe(200);
    expect(await rest.send("DELETE", "/v1/servers/overlaid")).toMatchObject({ status: 403 });

    await edit({ raw: { url: server.url } });
    await waitFor(async () => (await serverViews(rest)).get("overlaid")?.source === "overlay", {
      what: "the overlay to come back",
    });
    expect((await rest.send("DELETE", "/v1/servers/overlaid")).status).toBe(204);
    expect((await serverViews(rest)).has("overlaid")).toBe(false);
    expect(await readFile(join(daemon.dataDir, "servers.json"), "utf8")).not.toContain("overlaid");
  });

  it("may not start a program, unless the config says that it may", async () => {
    const { command, args } = rawStdioEntry();
    const entry = { id: "program", command, args };
    const refused = await rest.post("/v1/servers", entry);
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(refused.body.detail).toContain("allowCommandsOverApi");
    const hidden = { id: "hidden", endpoints: [{ command }] };
    expect((await rest.post("/v1/servers", hidden)).status).toBe(403);
    await rest.post("/v1/servers", { id: "soft", url: other.url });
    const patch = await rest.send("PATCH", "/v1/servers/soft", { body: { command } });
    expect(patch.status).toBe(403);
    await rest.send("DELETE", "/v1/servers/soft");

    await edit({ raw: { url: server.url } }, { gateway: { port: 0, allowCommandsOverApi: true } });
    await waitFor(async () => (await rest.post("/v1/servers", entry)).status === 201, {
      what: "the command to be allowed",
    });
    expect((await rest.call("program__echo")).status).toBe(200);
    await rest.send("DELETE", "/v1/servers/program");
  });

  it("whose entry is wrong is refused with everything that is wrong", async () => {
    const answer = await rest.post("/v1/servers", {
      id: "bad",
      url: "http://127.0.0.1:9",
      timeoutMs: -1,
      tools: { deny: "x" },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: "invalid-request",
        violations: [{ path: "/tools/deny" }, { path: "/timeoutMs" }],
      },
    });
    expect((await serverViews(rest)).has("bad")).toBe(false);
  });

  it("may be away: it is kept, and its state says why", async () => {
    const answer = await rest.post("/v1/servers", { id: "late", url: "http://127.0.0.1:9/mcp" });
    expect(answer).toMatchObject({
      status: 201,
      body: { state: "disconnected", reason: expect.stringContaining("refused") },
    });
    await rest.send("DELETE", "/v1/servers/late");
  });
});
