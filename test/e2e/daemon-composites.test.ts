import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { makeTempDir, type TempDir } from "../support/temp-dir.ts";
import { waitFor } from "../support/wait-for.ts";

const admin = testKey("admin", { role: "admin" });
const clerk = testKey("clerk", { allow: ["composites__*"] });
const adder = testKey("adder", { allow: ["composites__add_three", "ref__add"] });

const ADD_THREE = {
  title: "Add three numbers",
  description: "Adds three numbers up and tells their total.",
  inputSchema: {
    type: "object",
    properties: { a: { type: "number" }, b: { type: "number" }, c: { type: "number" } },
    required: ["a", "b", "c"],
  },
  steps: [
    { id: "two", tool: "ref__add", arguments: { a: "${input.a}", b: "${input.b}" } },
    { id: "all", tool: "ref__add", arguments: { a: "${steps.two.sum}", b: "${input.c}" } },
  ],
  output: { total: "${steps.all.sum}" },
};
const DOUBLE = {
  description: "Adds three numbers and doubles the total.",
  steps: [
    { id: "sum", tool: "composites__add_three", arguments: { a: 1, b: 2, c: "${input.c}" } },
    {
      id: "twice",
      tool: "ref__add",
      arguments: { a: "${steps.sum.total}", b: "${steps.sum.total}" },
    },
  ],
  output: { doubled: "${steps.twice.sum}" },
};
const KEEP = {
  description: "Keeps a note and reads it back.",
  plan: {
    steps: [
      { id: "write", tool: "ref__write_note", arguments: { text: "${input.text}" } },
      { id: "read", tool: "ref__read_note", dependsOn: ["write"] },
    ],
    output: "${steps.read.text}",
  },
};

let folder: TempDir;
let daemon: Daemon;
let ref: ReferenceServer;
let rest: RestClient;
const clients: { close(): Promise<void> }[] = [];

const config = (composites: object, plans: object = {}) => ({
  mcpServers: { ref: { url: ref.url } },
  auth: { apiKeys: [admin.entry, clerk.entry, adder.entry] },
  composites,
  plans,
});
const FILE = { add_three: ADD_THREE, double: DOUBLE, keep: KEEP };

async function start(): Promise<void> {
  daemon = await startDaemon({ folder: folder.path, config: config(FILE) });
  rest = restClient(daemon.url, admin.token);
  await untilState(rest, ["ref"]);
  const isDerived = async () => {
    const { body } = await rest.get("/v1/tools/composites__double");
    return body.annotations.readOnlyHint === true;
  };
  await waitFor(isDerived, { what: "composites to follow the tools they use", timeoutMs: 20_000 });
}

beforeAll(async () => {
  folder = await makeTempDir();
  ref = await startModernHttpServer();
  await start();
}, 60_000);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await ref.close();
  await folder.remove();
}, 30_000);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function connected(path = "", token = admin.token): Promise<ClientV2> {
  const client = await connectV2({ url: daemon.mcpUrl + path, headers: bearer(token) });
  clients.push(client);
  return client;
}

/** The composites as `GET /v1/composites` shows them, when they are all in order. */
async function inOrder(names: readonly string[]): Promise<void> {
  await waitFor(
    async () => {
      const { body } = await rest.get("/v1/composites");
      const sound = body.composites.filter(
        (one: { problem?: string }) => one.problem === undefined,
      );
      const found = sound.map(({ name }: { name: string }) => name).join();
      return found === names.join() || Promise.reject(new Error(JSON.stringify(body)));
    },
    { what: `${names.join()} to be in order` },
  );
}

describe("a composite of the config file", () => {
  it("is found by what it does, and described with what follows from its steps", async () => {
    const { body } = await rest.post("/v1/tools/search", {
      query: "add three numbers up",
      limit: 1,
    });
    expect(body.tools[0]).toMatchObject({
      id: "composites__add_three",
      server: "composites",
      title: ADD_THREE.title,
      inputSchema: ADD_THREE.inputSchema,
      annotations: { readOnlyHint: true },
      health: "ready",
    });
    const writing = await rest.get("/v1/tools/composites__keep");
    expect(writing.body).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true },
    });
  });

  it("is called over REST, with arguments that are checked", async () => {
    const { status, body } = await rest.call("composites__add_three", { a: 1, b: 2, c: 3 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      structuredContent: { total: 6 },
      isError: false,
      meta: { server: "composites", tool: "composites__add_three", circuit: "closed" },
    });
    const wrong = await rest.call("composites__add_three", { a: 1 });
    expect(wrong).toMatchObject({ status: 422, body: { code: "invalid-arguments" } });
  });

  it("runs inside another, and gives text where its output is text", async () => {
    const nested = await rest.call("composites__double", { c: 4 });
    expect(nested.body.structuredContent).toEqual({ doubled: 14 });
    const kept = await rest.call("composites__keep", { text: "remember" });
    expect(kept.body.content).toEqual([{ type: "text", text: "remember" }]);
  });

  it("is a step of a plan like any tool", async () => {
    const plan = {
      steps: [{ id: "s", tool: "composites__double", arguments: { c: 0 } }],
      output: "${steps.s.doubled}",
    };
    const { body } = await rest.post("/v1/plans", plan);
    expect(body).toMatchObject({ status: "succeeded", output: 6 });
  });

  it("is called over MCP: by the meta-tools, by its own name, and on a surface of its own", async () => {
    const args = { a: 1, b: 1, c: 1 };
    const discovery = await connected();
    const through = { id: "composites__add_three", arguments: args };
    for (const name of ["call_tool", "call_read_tool"]) {
      const called = await discovery.callTool({ name, arguments: through });
      expect(called.structuredContent).toEqual({ total: 3 });
    }
    const refused = await discovery.callTool({
      name: "call_read_tool",
      arguments: { id: "composites__keep", arguments: { text: "x" } },
    });
    expect(refused.isError).toBe(true);
    const all = await connected("/all");
    const { tools } = await all.listTools();
    const listed = tools.find(({ name }) => name === "composites__add_three");
    expect(listed).toMatchObject({
      outputSchema: { type: "object", properties: { total: {} }, required: ["total"] },
    });
    const direct = await all.callTool({ name: "composites__add_three", arguments: args });
    expect(direct.structuredContent).toEqual({ total: 3 });
    const own = await connected("/servers/composites");
    expect((await own.listTools()).tools.map(({ name }) => name)).toEqual([
      "add_three",
      "double",
      "keep",
    ]);
    expect((await own.callTool({ name: "add_three", arguments: args })).structuredContent).toEqual({
      total: 3,
    });
  });

  it("is no server to operators", async () => {
    expect((await rest.get("/v1/servers")).body.servers).toHaveLength(1);
    expect((await rest.get("/v1/servers/composites")).status).toBe(404);
    const added = await rest.post("/v1/servers", { id: "composites", url: ref.url });
    expect(added.status).toBe(400);
    expect(added.text).toContain("the id that composite tools stand under");
  });
});

describe("a key", () => {
  it("that may call the composite but not the tools inside is refused, and learns nothing of them", async () => {
    const refused = await restClient(daemon.url, clerk.token).call("composites__add_three", {
      a: 1,
      b: 2,
      c: 3,
    });
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(refused.text).not.toContain("ref__");
    const client = await connected("", clerk.token);
    const args = { id: "composites__double", arguments: { c: 1 } };
    const answer = await client.callTool({ name: "call_tool", arguments: args });
    expect(answer.isError).toBe(true);
    expect(JSON.stringify(answer)).not.toContain("ref__");
  });

  it("that may call both calls it, and sees no other composite", async () => {
    const asAdder = restClient(daemon.url, adder.token);
    const { body } = await asAdder.call("composites__add_three", { a: 1, b: 2, c: 3 });
    expect(body.structuredContent).toEqual({ total: 6 });
    expect((await asAdder.call("composites__double", { c: 1 })).status).toBe(404);
    const listed = await asAdder.get("/v1/tools?server=composites");
    expect(listed.body.tools.map(({ id }: { id: string }) => id)).toEqual([
      "composites__add_three",
    ]);
  });
});

describe("composites that change", () => {
  const added = {
    name: "add_one",
    description: "Adds one to a number.",
    plan: {
      steps: [{ id: "s", tool: "ref__add", arguments: { a: "${input.n}", b: 1 } }],
      output: { n: "${steps.s.sum}" },
    },
  };

  it("are told to MCP clients, and survive a restart when they were added over the API", async () => {
    let told = 0;
    const client = await connectV1({ url: `${daemon.mcpUrl}/all`, headers: bearer(admin.token) });
    clients.push(client);
    client.fallbackNotificationHandler = async ({ method }) => {
      if (method === "notifications/tools/list_changed") told += 1;
    };
    const answer = await rest.post("/v1/composites", added);
    expect(answer.status).toBeLessThan(300);
    await waitFor(() => told > 0, { what: "list_changed to be told" });
    const call = () => rest.call("composites__add_one", { n: 1 });
    expect((await call()).body.structuredContent).toEqual({ n: 2 });
    await client.close();
    await daemon.stop();
    await start();
    await inOrder(["add_one", "add_three", "double", "keep"]);
    expect((await call()).body.structuredContent).toEqual({ n: 2 });
    expect((await rest.send("DELETE", "/v1/composites/add_one")).status).toBeLessThan(300);
    expect((await call()).status).toBe(404);
  }, 60_000);

  it("are refused over the API where they would lead back to themselves", async () => {
    const plan = { steps: [{ id: "s", tool: "composites__double", arguments: { c: 1 } }] };
    const loop = { ...added, name: "add_three", plan };
    expect((await rest.post("/v1/composites", loop)).status).toBe(409);
    const self = { ...added, plan: { steps: [{ id: "s", tool: "composites__add_one" }] } };
    expect(await rest.post("/v1/composites", self)).toMatchObject({
      status: 422,
      body: { code: "invalid-plan" },
    });
  });

  it("follow the config file while the daemon runs, as do the rules of composition", async () => {
    const rules = [
      { after: ["ref__write_note"], forbid: ["ref__read_note"], reason: "No peeking." },
    ];
    await daemon.writeConfig(config({ keep: KEEP, double: DOUBLE }, { rules }));
    await waitFor(async () => (await rest.get("/v1/composites")).body.composites.length === 2, {
      what: "the composite to be gone",
    });
    const { body } = await rest.get("/v1/composites");
    const problems = body.composites.map((one: { problem?: string }) => one.problem);
    expect(problems).toEqual([
      expect.stringContaining("composites__add_three"),
      expect.stringContaining("No peeking."),
    ]);
    const env = { SWITCHBOARD_DATA_DIR: daemon.dataDir };
    const doctor = await runSwitchboard(["doctor", "--config", daemon.configFile], env);
    expect(doctor.stdout).toMatch(/warning +composite keep: .*No peeking\./);
    const kept = await rest.call("composites__keep", { text: "x" });
    expect(kept.body).toMatchObject({ isError: true });
    expect(kept.text).toContain("No peeking.");
    await daemon.writeConfig(config(FILE));
    await inOrder(["add_three", "double", "keep"]);
  }, 60_000);
});
