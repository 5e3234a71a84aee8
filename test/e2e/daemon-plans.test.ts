import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { rawStdioEntry, startRawHttpServer } from "../support/raw-server/index.ts";
import { startUsers } from "../support/real-servers.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { openRpcSocket } from "../support/rpc-socket.ts";
import { untilState } from "../support/settled.ts";
import { readEvents, type SseEvent } from "../support/sse.ts";
import { waitFor } from "../support/wait-for.ts";

const STREAM = { accept: "text/event-stream" };
const YAML = { "content-type": "application/yaml" };
const alice = testKey("alice", { role: "admin" });
const bob = testKey("bob");
const closers: (() => Promise<unknown>)[] = [];
let daemon: Daemon;
let rest: RestClient;
/** A server that nobody but these tests asks, so that it can count. */
let refUrl: string;

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  closers.push(async () => resource[Symbol.asyncDispose]());
  return resource;
}

beforeAll(async () => {
  const [users, reference, raw] = await Promise.all([
    hold(startUsers()),
    startModernHttpServer(),
    startRawHttpServer(),
  ]);
  closers.push(
    () => reference.close(),
    () => raw.close(),
  );
  refUrl = reference.url;
  daemon = await hold(
    startDaemon({
      config: {
        auth: { apiKeys: [alice.entry, bob.entry] },
        mcpServers: {
          users: { url: users.url },
          ref: { url: refUrl },
          raw: { url: raw.url },
          mortal: rawStdioEntry(),
        },
      },
    }),
  );
  rest = restClient(daemon.url, alice.token);
  await untilState(rest, ["users", "ref", "raw", "mortal"]);
}, 60_000);

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
}, 30_000);

/** A plan whose one step takes so long that it must be ended otherwise. */
const ENDLESS = { steps: [{ id: "wait", tool: "ref__slow", arguments: { ms: 60_000 } }] };

async function cancelledCalls(): Promise<number> {
  const { body } = await rest.call("ref__counter");
  return (body.structuredContent.cancelled["slow"] ?? 0) as number;
}

async function untilRunning(plan: string): Promise<void> {
  await waitFor(
    async () => {
      const { body } = await rest.get(`/v1/plans/${plan}`);
      return body.steps.wait.status === "running";
    },
    { what: `${plan} to run` },
  );
}

/** The answer that a stream of events ends with. */
function reportOf(events: readonly SseEvent[]): { id: string; steps: object } {
  const last = events.at(-1)!;
  expect(last.event).toBe("plan.finished");
  return (last.data as { report: { id: string; steps: object } }).report;
}

function namesOf(events: readonly SseEvent[]): string[] {
  return events.map(({ event }) => event);
}

describe("a plan over REST", () => {
  it("is checked: order, stages and problems", async () => {
    const text = await readFile("examples/plans/relocate-team.yaml", "utf8");
    const good = await rest.post("/v1/plans/check", text, { headers: YAML });
    expect(good.body).toMatchObject({ ok: true, criticalPath: ["staff", "people", "moved"] });
    expect(good.body.steps).toMatchObject([
      { id: "staff", tool: "users__search_users", dependsOn: [], stage: 0, mayWrite: false },
      { id: "people", dependsOn: ["staff"], stage: 1 },
      { id: "moved", stage: 2, mayWrite: true },
    ]);
    const bad = text.replace("users__get_user_by_id", "users__get_user_by_ids");
    const { status, body } = await rest.post("/v1/plans/check", bad, { headers: YAML });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: false,
      problems: [{ step: "people", path: "/steps/1/tool", code: "unknown-tool" }],
    });
    const refused = await rest.post("/v1/plans", bad, { headers: YAML });
    expect(refused.body).toMatchObject({ status: 422, code: "invalid-plan" });
    expect(refused.body.problems).toEqual(body.problems);
  });

  it("runs an example of YAML, and tells its events", async () => {
    const text = await readFile("examples/plans/relocate-team.yaml", "utf8");
    const response = await rest.post("/v1/plans", text, { headers: { ...YAML, ...STREAM } });
    const events = readEvents(response.text);
    expect(events.map(({ id }) => Number(id))).toEqual(events.map((_event, index) => index + 1));
    expect(namesOf(events)[0]).toBe("plan.started");
    expect(namesOf(events).filter((name) => name === "step.succeeded")).toHaveLength(3);
    const report = reportOf(events);
    expect(report).toMatchObject({ status: "succeeded", output: { staff: expect.any(Number) } });
    expect(Object.keys(report.steps)).toEqual(["staff", "people", "moved"]);
    const kept = await rest.get(`/v1/plans/${report.id}`);
    expect(kept.body).toEqual(report);
  });

  it("passes numbers on unrounded, from the plan to its answer", async () => {
    const plan =
      '{"input":{"n":12345678901234567891},"steps":[{"id":"a","tool":"raw__big_integers"},' +
      '{"id":"b","tool":"raw__show_message","arguments":{"m":"${steps.a.odd}","n":"${input.n}"}}]}';
    const { text, body } = await rest.post("/v1/plans", plan);
    expect(body.status).toBe("succeeded");
    expect(text.match(/\b9007199254740993\b/g)).toHaveLength(2);
    expect(text).toContain("12345678901234567891");
  });

  it("fails as a plan, not as a request", async () => {
    const steps = [
      { id: "good", tool: "ref__echo", arguments: { text: "x" } },
      { id: "bad", tool: "ref__fail", arguments: { message: "No luck." } },
      { id: "never", tool: "ref__echo", arguments: { text: "${steps.bad}" } },
    ];
    const { status, body } = await rest.post("/v1/plans", { steps });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "failed",
      steps: {
        good: { status: "succeeded", value: { text: "x" } },
        bad: { status: "failed", error: { code: "tool-error" } },
        never: { status: "skipped" },
      },
    });
  });

  it("keeps what is too large for an answer behind a handle", async () => {
    const steps = [{ id: "big", tool: "ref__big", arguments: { bytes: 400_000 } }];
    const { body } = await rest.post("/v1/plans", { steps });
    const { withheld } = body.steps.big;
    expect(withheld).toMatchObject({ bytes: 400_002, preview: expect.stringMatching(/^"xxx/) });
    const url = `/v1/results/${withheld.handle.handle}?offset=399000&limit=1048576`;
    expect((await rest.get(url)).body).toMatchObject({ totalBytes: 400_002 });
  });
});

describe("a plan that is ended early", () => {
  it("by its caller, with the calls under way at the server", async () => {
    const before = await cancelledCalls();
    const started = await rest.post("/v1/plans?detach=true", ENDLESS);
    expect(started.status).toBe(202);
    const id = started.body.id as string;
    expect(started.headers.get("location")).toBe(`/v1/plans/${id}`);
    await untilRunning(id);
    const { status, body } = await rest.send("DELETE", `/v1/plans/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "cancelled", steps: { wait: { status: "cancelled" } } });
    await waitFor(async () => (await cancelledCalls()) === before + 1, { what: "the server" });
  });

  it.each([
    ["JSON", {}],
    ["events", STREAM],
  ])("by a client that leaves, asking for %s", async (_name, headers) => {
    const before = await cancelledCalls();
    const leaving = new AbortController();
    const { signal } = leaving;
    const answer = rest.post("/v1/plans", ENDLESS, { headers, signal }).catch(() => "left");
    await waitFor(async () => (await rest.get("/v1/status")).body.callsInFlight > 0, {
      what: "the call",
    });
    leaving.abort();
    expect(await answer).toBe("left");
    await waitFor(async () => (await cancelledCalls()) === before + 1, { what: "the server" });
  });
});

describe("a plan whose server dies under it", () => {
  it("loses the step that may have written; reads are made again, and others go on", async () => {
    const steps = [
      { id: "read", tool: "mortal__sleep", arguments: { ms: 1_500 } },
      { id: "write", tool: "mortal__die_writing", onError: "continue" },
      { id: "other", tool: "ref__slow", arguments: { ms: 300 } },
    ];
    const { body } = await rest.post("/v1/plans", { steps });
    expect(body).toMatchObject({
      status: "partial",
      steps: {
        read: { status: "succeeded" },
        write: { status: "failed", error: { code: "server-unavailable" } },
        other: { status: "succeeded" },
      },
    });
  }, 20_000);
});

describe("a detached plan", () => {
  it("runs on when its follower leaves, and is followed further from where that was", async () => {
    const steps = [{ id: "wait", tool: "ref__slow", arguments: { ms: 800 } }];
    const { body } = await rest.post("/v1/plans?detach=true", { steps });
    const url = `/v1/plans/${body.id}`;
    await untilRunning(body.id);
    const headers = { ...STREAM, "last-event-id": "2" };
    const leaving = new AbortController();
    const left = rest.get(url, { headers: STREAM, signal: leaving.signal }).catch(() => "left");
    leaving.abort();
    await left;
    const rejoined = readEvents((await rest.get(url, { headers })).text);
    expect(namesOf(rejoined)).toEqual(["step.succeeded", "plan.finished"]);
    expect((await rest.get(url)).body).toMatchObject({ status: "succeeded" });
    const last = { ...STREAM, "last-event-id": String(rejoined.at(-1)?.id) };
    expect((await rest.get(url, { headers: last })).status).toBe(204);
  });

  it("belongs to who began it", async () => {
    const { body } = await rest.post("/v1/plans?detach=true", ENDLESS);
    const others = restClient(daemon.url, bob.token);
    const { plans } = (await rest.get("/v1/plans")).body;
    expect(plans[0]).toMatchObject({ id: body.id, status: "running", steps: { running: 1 } });
    expect((await others.get("/v1/plans")).body).toEqual({ plans: [] });
    const headers = { authorization: `Bearer ${alice.token}` };
    using socket = await openRpcSocket(daemon.url, { headers });
    expect((await socket.call("listPlans")).result.plans[0].id).toBe(body.id);
    expect((await others.get(`/v1/plans/${body.id}`)).body).toMatchObject({ code: "unknown-plan" });
    expect((await others.send("DELETE", `/v1/plans/${body.id}`)).status).toBe(404);
    expect((await rest.send("DELETE", `/v1/plans/${body.id}`)).status).toBe(200);
  });
});

describe("a plan as a tool", () => {
  it("is found and called like any other, until it is removed", async () => {
    const plan = {
      inputSchema: { type: "object", properties: { text: { type: "string" } } },
      steps: [{ id: "a", tool: "ref__echo", arguments: { text: "${input.text}" } }],
      output: { said: "${steps.a.text}" },
    };
    const composite = { name: "parrot", description: "Repeats what a parrot hears.", plan };
    const added = await rest.post("/v1/composites", composite);
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ tool: "composites__parrot", source: "overlay" });
    const found = await rest.post("/v1/tools/search", { query: "parrot repeats" });
    expect(found.body.tools[0]).toMatchObject({ id: "composites__parrot" });
    const called = await rest.call("composites__parrot", { text: "hello" });
    expect(called.body).toMatchObject({ isError: false, structuredContent: { said: "hello" } });
    const others = restClient(daemon.url, bob.token);
    expect((await others.post("/v1/composites", composite)).status).toBe(403);
    const wrong = { ...composite, plan: { steps: [{ id: "a", tool: "nobody__nothing" }] } };
    expect((await rest.post("/v1/composites", wrong)).body.code).toBe("invalid-plan");
    expect((await rest.send("DELETE", "/v1/composites/parrot")).status).toBe(204);
    expect((await rest.call("composites__parrot", {})).status).toBe(404);
  });
});

describe("plans on a socket", () => {
  const headers = { authorization: `Bearer ${alice.token}` };

  it("run beside calls, with events, and are cancelled", async () => {
    using socket = await openRpcSocket(daemon.url, { headers });
    const before = await cancelledCalls();
    const id = socket.begin("runPlan", { ...ENDLESS, stream: true });
    const echoed = await socket.call("callTool", { id: "ref__echo", arguments: { text: "hi" } });
    expect(echoed.result.structuredContent).toEqual({ text: "hi" });
    await waitFor(() => socket.events.some(({ event }) => event === "step.started"), {
      what: "the step",
    });
    socket.cancel(id);
    expect((await socket.answer(id)).result).toMatchObject({ status: "cancelled" });
    expect(socket.events.map(({ event }) => event)).toContain("step.cancelled");
    await waitFor(async () => (await cancelledCalls()) === before + 1, { what: "the server" });
  });

  it("are cancelled when it closes", async () => {
    const socket = await openRpcSocket(daemon.url, { headers });
    const before = await cancelledCalls();
    socket.begin("runPlan", { ...ENDLESS, stream: true });
    await waitFor(() => socket.events.some(({ event }) => event === "step.started"), {
      what: "the step",
    });
    socket[Symbol.dispose]();
    await waitFor(async () => (await cancelledCalls()) > before, { what: "the server" });
    expect((await rest.get("/v1/status")).body.callsInFlight).toBe(0);
  });
});

describe("a daemon that is stopped in mid-plan", () => {
  it("cancels the plan within the drain time, and says so", async () => {
    await using stopping = await startDaemon({
      config: { gateway: { drainTimeoutMs: 1_500 }, mcpServers: { ref: { url: refUrl } } },
    });
    const client = restClient(stopping.url);
    await untilState(client, ["ref"]);
    const streamed = client.post("/v1/plans", ENDLESS, { headers: STREAM });
    using socket = await openRpcSocket(stopping.url);
    const other = { id: "wait", tool: "ref__slow", arguments: { ms: 59_000 } };
    const id = socket.begin("runPlan", { steps: [other] });
    await waitFor(async () => (await client.get("/v1/status")).body.callsInFlight === 2, {
      what: "the plans",
    });
    expect(await stopping.stop()).toBe(0);
    expect(reportOf(readEvents((await streamed).text))).toMatchObject({
      status: "cancelled",
      steps: { wait: { status: "cancelled" } },
    });
    expect((await socket.answer(id)).result).toMatchObject({ status: "cancelled" });
    expect(await socket.closed).toBe(1001);
  }, 40_000);
});
