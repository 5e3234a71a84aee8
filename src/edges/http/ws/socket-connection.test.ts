import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";
import { stepReport } from "../../../../test/support/fakes/fake-plans.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge, type TestEdgeSetup } from "../../../../test/support/http-edge.ts";
import { openRpcSocket, type RpcSocket } from "../../../../test/support/rpc-socket.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

async function connect(setup: TestEdgeSetup = {}, headers: Record<string, string> = {}) {
  const edge = createTestEdge(setup);
  const socket = await openRpcSocket(await edge.listen(), { headers });
  return {
    edge,
    gateway: edge.gateway,
    socket,
    async [Symbol.asyncDispose]() {
      socket[Symbol.dispose]();
      await edge[Symbol.asyncDispose]();
    },
  };
}

function eventsOf({ events }: RpcSocket, id: number): string[] {
  return events.filter((event) => event.id === id).map(({ event }) => event);
}

describe("a request on a socket", () => {
  it("is answered as over HTTP, with path, query and body side by side", async () => {
    await using rig = await connect();
    const { socket, edge } = rig;
    expect((await socket.call("listTools", { limit: 1, detail: "name" })).result).toEqual(
      (await edge.get("/v1/tools?limit=1&detail=name")).json(),
    );
    const shown = await socket.call("showTool", { id: "users__add_user" });
    expect(shown.result).toEqual((await edge.get("/v1/tools/users__add_user")).json());
    const found = await socket.call("searchTools", { query: "users", limit: 2 });
    expect(found.result.tools).toMatchObject([{ id: "users__search_users" }]);
    expect((await socket.call("showHealth")).result).toEqual({ status: "ok" });
    expect((await socket.call("removeServer", { id: "users" })).result).toBeNull();
    expect((await socket.call("showMetrics")).result).toBe("# HELP nothing\n");
    expect((await socket.call("showOpenApi")).result.openapi).toBe("3.1.1");
  });

  it("relays arguments and results byte for byte", async () => {
    await using rig = await connect();
    const { socket, gateway } = rig;
    gateway.calls.on("users__add_user", () => '{"content":[],"n":9007199254740993}');
    socket.sendText(
      '{"jsonrpc":"2.0","id":"a","method":"callTool","params":{"arguments":{"n" : 9007199254740993},' +
        '"id":"users__add_user","timeoutMs":50}}',
    );
    const { text, result } = await socket.answer("a");
    expect(text).toContain('"n":9007199254740993');
    expect(result.meta).toMatchObject({ tool: "users__add_user" });
    const [call] = gateway.calls.requests;
    expect(Buffer.from(call!.arguments.bytes).toString()).toBe('{"n" : 9007199254740993}');
    expect(call).toMatchObject({ tool: "users__add_user", timeoutMs: 50 });
  });

  it("hands a plan on byte for byte, without the options beside it", async () => {
    await using rig = await connect();
    rig.gateway.plans.endAtOnce();
    rig.socket.sendText(
      '{"jsonrpc":"2.0","id":1,"method":"runPlan","params":{"detach":true,"steps":[],"input":{"n":1.10}}}',
    );
    expect((await rig.socket.answer(1)).result).toMatchObject({ id: "plan-1" });
    const { plan, detach } = rig.gateway.plans.runs[0]!.request;
    expect(Buffer.from(plan.bytes).toString()).toBe('{"steps":[],"input":{"n":1.10}}');
    expect(detach).toBe(true);
  });

  it("follows the caller's trace, and is measured under its operation", async () => {
    await using rig = await connect();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await rig.socket.call("callTool", { id: "users__add_user", traceparent });
    expect(rig.gateway.calls.requests[0]).toMatchObject({ traceId });
    const labels = { route: "/v1/ws callTool", status: "200" };
    expect(rig.gateway.metrics.count("httpRequestDuration", labels)).toBe(1);
  });

  it("is done once for each Idempotency-Key", async () => {
    await using rig = await connect();
    const call = { id: "users__add_user", idempotencyKey: "k" };
    await rig.socket.call("callTool", call);
    await rig.socket.call("callTool", call);
    expect(rig.gateway.calls.requests).toHaveLength(1);
  });
});

describe("a request that fails", () => {
  it.each([
    ["nothing", {}, -32_601, "unknown-route"],
    ["listTool", {}, -32_601, "unknown-route"],
    ["searchTools", {}, -32_602, "invalid-request"],
    ["showTool", {}, -32_602, "invalid-request"],
    ["showTool", { id: 7 }, -32_602, "invalid-request"],
    ["showTool", { id: "users__nothing" }, -32_000, "unknown-tool"],
    ["listTools", { limit: "all" }, -32_602, "invalid-request"],
    ["callTool", { id: "users__add_user", argument: {} }, -32_602, "invalid-request"],
    ["callTool", { id: "users__add_user", stream: 1 }, -32_602, "invalid-request"],
    ["showPlan", { id: "nothing" }, -32_000, "unknown-plan"],
    ["openSocket", {}, -32_602, "invalid-request"],
  ] as const)("%s %j is answered with code %i and the problem", async (...row) => {
    const [method, params, code, name] = row;
    await using rig = await connect();
    const { error } = await rig.socket.call(method, params);
    expect(error).toMatchObject({
      code,
      data: { code: name, traceId: expect.any(String) as string },
    });
    expect(error?.message).toBe(error?.data.detail);
  });

  it("names the nearest method and the nearest member", async () => {
    await using rig = await connect();
    expect((await rig.socket.call("serchTools")).error?.message).toContain("searchTools");
    const { error } = await rig.socket.call("listTools", { limits: 1 });
    expect(error?.data.violations).toEqual([
      { path: "/limits", message: 'unknown member "limits"; did you mean "limit"?' },
    ]);
  });

  it("tells what a failed call told, and nothing of what nobody foresaw", async () => {
    await using rig = await connect();
    rig.gateway.calls.on("users__add_user", () => {
      throw new GatewayError("circuit-open", "Later.", { server: "users", retryAfterMs: 9 });
    });
    const { error } = await rig.socket.call("callTool", { id: "users__add_user" });
    expect(error).toMatchObject({ code: -32_000, data: { status: 503, retryAfterMs: 9 } });
    rig.gateway.discovery.search = () => Promise.reject(new Error("secret"));
    const bug = await rig.socket.call("searchTools", { query: "x" });
    expect(bug).toMatchObject({ error: { code: -32_603 } });
    expect(bug.text).not.toContain("secret");
    expect(rig.gateway.log.lines).toMatchObject([{ level: "error" }]);
  });

  it.each([
    ["{", -32_700, null],
    ["[]", -32_600, null],
    ['[{"jsonrpc":"2.0","id":1,"method":"listTools"}]', -32_600, null],
    ['{"id":1,"method":"listTools"}', -32_600, 1],
    ['{"jsonrpc":"2.0","id":2,"method":"listTools","params":[]}', -32_600, 2],
  ])("is no request: %s", async (text, code, id) => {
    await using rig = await connect();
    rig.socket.sendText(text);
    expect((await rig.socket.answer(id)).error?.code).toBe(code);
    expect((await rig.socket.call("showHealth")).result).toEqual({ status: "ok" });
  });

  it("is refused when its id is in use, or too many are under way", async () => {
    await using rig = await connect({ options: { maxSocketRequests: 2 } });
    const waiting = [0, 1].map(() => rig.socket.begin("runPlan", { steps: [] }));
    await waitFor(() => rig.gateway.plans.running === 2, { what: "the plans" });
    const refused = await rig.socket.call("listTools");
    expect(refused.error?.data).toMatchObject({ code: "rate-limited", status: 429 });
    rig.socket.sendText(`{"jsonrpc":"2.0","id":${waiting[0]},"method":"listTools"}`);
    expect((await rig.socket.answer(waiting[0]!)).error?.message).toContain("is under way");
    rig.gateway.plans.runs[1]?.end();
    expect((await rig.socket.answer(waiting[1]!)).result.status).toBe("succeeded");
    expect((await rig.socket.call("listTools")).result.total).toBe(3);
  });
});

describe("roles and principals on a socket", () => {
  const tokens = { a: principal("a", { role: "agent" }), b: principal("b", { role: "agent" }) };
  const asAgent = { authorization: "Bearer a" };

  it("hold as over HTTP", async () => {
    await using rig = await connect({ tokens }, asAgent);
    for (const [method, params] of [
      ["showStatus", {}],
      ["stopDaemon", {}],
      ["addServer", { id: "x", url: "http://127.0.0.1:9" }],
      ["addComposite", { name: "x", description: "x", plan: { steps: [] } }],
    ] as const) {
      expect((await rig.socket.call(method, params)).error?.data).toMatchObject({
        code: "forbidden",
        status: 403,
      });
    }
  });

  it("keep plans apart", async () => {
    await using rig = await connect({ tokens }, asAgent);
    await rig.socket.call("runPlan", { steps: [], detach: true });
    using other = await openRpcSocket(`http://127.0.0.1:${portOf(rig.edge.app.server.address())}`, {
      headers: { authorization: "Bearer b" },
    });
    expect((await other.call("showPlan", { id: "plan-1" })).error?.data.code).toBe("unknown-plan");
    expect((await other.call("cancelPlan", { id: "plan-1" })).error?.data.status).toBe(404);
    expect((await rig.socket.call("showPlan", { id: "plan-1" })).result.status).toBe("running");
  });
});

describe("events on a socket", () => {
  it("come before the answer of who asks for them", async () => {
    await using rig = await connect();
    rig.gateway.calls.on("users__add_user", ({ onProgress }) => {
      onProgress?.(rawJson(Buffer.from('{"progress":9007199254740993}')));
      return { content: [] };
    });
    const id = rig.socket.begin("callTool", { id: "users__add_user", stream: true });
    expect((await rig.socket.answer(id)).result.isError).toBe(false);
    expect(eventsOf(rig.socket, id)).toEqual(["open", "progress"]);
  });

  it("tell a plan as it goes; the answer is the end", async () => {
    await using rig = await connect();
    const id = rig.socket.begin("runPlan", { steps: [], stream: true });
    await waitFor(() => rig.gateway.plans.runs[0]?.followers === 1, { what: "the plan" });
    const value = toRawJson({ n: 1 });
    const [run] = rig.gateway.plans.runs;
    run!.tell({ type: "step.succeeded", step: stepReport("a", { value }) });
    run!.end({ steps: [stepReport("a", { value })] });
    expect((await rig.socket.answer(id)).result.steps.a.value).toEqual({ n: 1 });
    expect(eventsOf(rig.socket, id)).toEqual(["open", "plan.started", "step.succeeded"]);
    expect(rig.socket.events[2]?.data).toMatchObject({ id: 2, step: { id: "a", value: { n: 1 } } });
    const again = await rig.socket.call("showPlan", { id: "plan-1", stream: true, lastEventId: 1 });
    expect(again.result.status).toBe("succeeded");
    expect(rig.socket.events.slice(3).map(({ event }) => event)).toEqual([
      "open",
      "step.succeeded",
    ]);
  });

  it("of the gateway come until they are cancelled", async () => {
    await using rig = await connect();
    const id = rig.socket.begin("streamEvents", { topics: ["config"] });
    await waitFor(() => eventsOf(rig.socket, id).length === 1, { what: "the subscription" });
    rig.gateway.events.publish("catalog", "catalog.changed", {});
    rig.gateway.events.publish("config", "config.reloaded", { file: "x" });
    await waitFor(() => eventsOf(rig.socket, id).length === 2, { what: "the event" });
    expect(rig.socket.events.at(-1)).toMatchObject({ event: "config.reloaded", data: { id: 2 } });
    rig.socket.cancel(id);
    expect((await rig.socket.answer(id)).error?.data).toMatchObject({ code: "cancelled" });
    rig.gateway.events.publish("config", "config.reloaded", { file: "x" });
    await rig.socket.call("showHealth");
    expect(eventsOf(rig.socket, id)).toHaveLength(2);
  });
});

describe("cancelling on a socket", () => {
  it("ends a call and a plan, and answers how they ended", async () => {
    await using rig = await connect();
    rig.gateway.calls.on(
      "users__add_user",
      (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const call = rig.socket.begin("callTool", { id: "users__add_user" });
    const plan = rig.socket.begin("runPlan", { steps: [], stream: true });
    await waitFor(() => rig.gateway.plans.running === 1, { what: "the plan" });
    await waitFor(() => rig.gateway.calls.inFlight === 1, { what: "the call" });
    rig.socket.cancel(call);
    rig.socket.cancel(plan);
    rig.socket.cancel(99);
    expect((await rig.socket.answer(call)).error?.data).toMatchObject({ code: "cancelled" });
    expect((await rig.socket.answer(plan)).result.status).toBe("cancelled");
  });

  it("happens to all that is under way when the socket closes, except what is detached", async () => {
    await using rig = await connect();
    rig.socket.begin("runPlan", { steps: [] });
    rig.socket.begin("runPlan", { steps: [], stream: true });
    rig.socket.begin("runPlan", { steps: [], detach: true });
    rig.socket.begin("runPlan", { steps: [], detach: true, stream: true });
    rig.socket.begin("streamEvents");
    await waitFor(() => rig.socket.events.length >= 3, { what: "the streams" });
    rig.socket.socket.close();
    await waitFor(() => rig.gateway.plans.running === 2, { what: "the plans' end" });
    expect(rig.gateway.plans.runs.map((run) => run.cancelled)).toEqual([true, true, false, false]);
    await waitFor(() => rig.gateway.plans.runs.every((run) => run.followers === 0), {
      what: "the followers' end",
    });
    for (const run of rig.gateway.plans.runs) run.end();
  });
});

function portOf(address: unknown): number {
  return (address as { readonly port: number }).port;
}
