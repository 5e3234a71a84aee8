import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { planAnswerSchema } from "../../../contract/index.ts";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";
import { stepReport } from "../../../../test/support/fakes/fake-plans.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const PLAN = { steps: [{ id: "a", tool: "users__search_users" }] };
const raw = (text: string) => rawJson(Buffer.from(text));

describe("running a plan", () => {
  it("hands the plan on byte for byte, with who asks", async () => {
    await using edge = createTestEdge();
    edge.gateway.plans.endAtOnce();
    const body = '{"steps" : [],\n"input":{"n":9007199254740993, "n2":1.10}}';
    const response = await edge.post("/v1/plans?timeoutMs=5000", body);
    expect(response.statusCode).toBe(200);
    const [run] = edge.gateway.plans.runs;
    expect(Buffer.from(run!.request.plan.bytes).toString()).toBe(body);
    expect(run!.request).toMatchObject({
      principal: { id: "anonymous" },
      timeoutMs: 5_000,
      detach: false,
      traceId: response.headers["x-trace-id"],
    });
  });

  it.each(["/v1/plans", "/v1/plans/check"])(
    "waits in %s for a server that connects for the first time",
    async (path) => {
      await using edge = createTestEdge();
      const { gateway } = edge;
      gateway.plans.endAtOnce();
      gateway.fakeServers.set({ id: "crm", state: "connecting" });
      const timers = gateway.clock.pending;
      let isAnswered = false;
      const answer = edge
        .post(path, { steps: [{ id: "a", tool: "crm__find" }] })
        .finally(() => (isAnswered = true));
      await waitFor(() => gateway.clock.pending > timers, { what: "the wait" });
      await gateway.clock.advance(9_000);
      expect(isAnswered).toBe(false);
      await gateway.clock.advance(1_000);
      expect((await answer).statusCode).toBe(200);
    },
  );

  it("answers with the bytes of output and values, in written order", async () => {
    await using edge = createTestEdge();
    edge.gateway.plans.endAtOnce({
      status: "partial",
      output: raw('{"total": 9007199254740993}'),
      startedAt: 7,
      wallMs: 12.5,
      criticalPathMs: 10,
      steps: [
        stepReport("z", { value: raw("[1.10]"), cache: "l1" }),
        stepReport("__proto__", { value: raw('"x"') }),
        stepReport("1", {
          status: "failed",
          attempts: 2,
          error: { code: "tool-error", message: "No." },
          fallback: "value",
          value: raw("null"),
        }),
      ],
    });
    const { body } = await edge.post("/v1/plans", PLAN);
    expect(body).toBe(
      '{"id":"plan-1","status":"partial","startedAt":7,"wallMs":12.5,"criticalPathMs":10,' +
        '"output":{"total": 9007199254740993},"steps":{' +
        '"z":{"tool":"users__search_users","status":"succeeded","attempts":1,"startedMs":0,"durationMs":5,"cache":"l1","value":[1.10]},' +
        '"__proto__":{"tool":"users__search_users","status":"succeeded","attempts":1,"startedMs":0,"durationMs":5,"value":"x"},' +
        '"1":{"tool":"users__search_users","status":"failed","attempts":2,"startedMs":0,"durationMs":5,' +
        '"error":{"code":"tool-error","message":"No."},"fallback":"value","value":null}}}',
    );
    expect(planAnswerSchema.parse(JSON.parse(body))).toMatchObject({ status: "partial" });
  });

  it("is answered 200 when the plan failed, with why", async () => {
    await using edge = createTestEdge();
    const error = { code: "deadline-exceeded", message: "Too slow." } as const;
    edge.gateway.plans.endAtOnce({ status: "failed", error });
    const response = await edge.post("/v1/plans", PLAN);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ status: "failed", error, steps: {} });
  });

  it("is refused with all problems when the plan cannot run", async () => {
    await using edge = createTestEdge();
    const problem = { path: "/steps/0/tool", code: "unknown-tool", message: "No such tool." };
    const problems = [{ severity: "error", step: "a", ...problem } as const];
    edge.gateway.plans.answerChecks({ ok: false, problems });
    for (const accept of ["application/json", "text/event-stream"]) {
      const response = await edge.post("/v1/plans", PLAN, { accept });
      expect(response.statusCode).toBe(422);
      expect(response.json()).toMatchObject({ code: "invalid-plan", problems });
    }
  });

  it.each([
    ["[1]", "", "the body must be a JSON object"],
    ['{"steps": [}', "", "at byte 11"],
    ["", "", "the body must be a JSON object"],
    ["{}", "?detach=perhaps", "/detach"],
    ["{}", "?timeoutMs=86400001", "/timeoutMs"],
    ["{}", "?dryRun=true", "dryRun"],
  ])("is refused for the body '%s' with options '%s'", async (body, query, message) => {
    await using edge = createTestEdge();
    const response = await edge.post(`/v1/plans${query}`, body);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ detail: string }>().detail).toContain(message);
    expect(edge.gateway.plans.runs).toHaveLength(0);
  });

  it("is refused when the body is larger than allowed", async () => {
    await using edge = createTestEdge();
    const body = JSON.stringify({ ...PLAN, input: "x".repeat(10_485_760) });
    const response = await edge.post("/v1/plans", body);
    expect(response.statusCode).toBe(413);
    expect(response.json()).toMatchObject({ code: "payload-too-large", limitBytes: 4_194_304 });
  });

  it("takes 10 MB where the operator allows it", async () => {
    await using edge = createTestEdge({ options: { maxBodyBytes: 16_777_216 } });
    edge.gateway.plans.endAtOnce();
    const body = JSON.stringify({ ...PLAN, input: "x".repeat(10_485_760) });
    expect((await edge.post("/v1/plans", body)).statusCode).toBe(200);
    expect(edge.gateway.plans.runs[0]?.request.plan.bytes.length).toBe(body.length);
  });
});

describe("a plan of YAML", () => {
  const text =
    "steps:\n  - id: a\n    tool: users__add_user\n    arguments: {n: 9007199254740993}\n";

  it.each(["application/yaml", "text/yaml; charset=utf-8", "application/x-yaml"])(
    "is run when it is sent as %s",
    async (type) => {
      await using edge = createTestEdge();
      edge.gateway.plans.endAtOnce();
      const response = await edge.post("/v1/plans", text, { "content-type": type });
      expect(response.statusCode).toBe(200);
      expect(Buffer.from(edge.gateway.plans.runs[0]!.request.plan.bytes).toString()).toBe(
        '{"steps":[{"id":"a","tool":"users__add_user","arguments":{"n":9007199254740993}}]}',
      );
    },
  );

  it("is refused with the line of what is wrong", async () => {
    await using edge = createTestEdge();
    const headers = { "content-type": "application/yaml" };
    const response = await edge.post("/v1/plans/check", `${text}steps: []`, headers);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: "invalid-request",
      violations: [{ message: expect.stringContaining("line 5, column 1") as unknown }],
    });
  });

  it("is not taken where a plan is not asked for", async () => {
    await using edge = createTestEdge();
    const headers = { "content-type": "application/yaml" };
    const response = await edge.post("/v1/tools/search", "query: x", headers);
    expect(response.statusCode).toBe(415);
  });
});

describe("the values of an answer", () => {
  const results = { maxInlineBytes: 1_024, previewBytes: 256 };
  const text = (bytes: number) => toRawJson("é".repeat(bytes / 2));

  it("are stored when they are too large, and begun here", async () => {
    await using edge = createTestEdge({ results });
    const big = text(2_000);
    edge.gateway.plans.endAtOnce({ output: big, steps: [stepReport("a", { value: big })] });
    const answer = planAnswerSchema.parse((await edge.post("/v1/plans", PLAN)).json());
    expect(answer.output).toBeUndefined();
    expect(answer.withheld).toMatchObject({
      bytes: 2_002,
      preview: `"${"é".repeat(127)}`,
      handle: { bytes: 2_002, mimeType: "application/json" },
    });
    expect(answer.steps["a"]?.withheld?.handle).toEqual(answer.withheld?.handle);
    const url = `/v1/results/${answer.withheld?.handle?.handle}?limit=4096`;
    expect((await edge.get(url)).json()).toMatchObject({ text: JSON.stringify("é".repeat(1_000)) });
  });

  it("are given as long as all of them together are not too much", async () => {
    await using edge = createTestEdge({ results });
    const ids = Array.from({ length: 20 }, (_, n) => `s${n}`);
    const steps = ids.map((id) => stepReport(id, { value: text(1_000) }));
    edge.gateway.plans.endAtOnce({ steps });
    const answer = planAnswerSchema.parse((await edge.post("/v1/plans", PLAN)).json());
    const given = ids.filter((id) => answer.steps[id]?.value !== undefined);
    expect(given).toEqual(ids.slice(0, 16));
    expect(answer.steps["s16"]?.withheld).toEqual({ bytes: 1_002 });
  });

  it("are left out when nobody wants them, the output given", async () => {
    await using edge = createTestEdge();
    const steps = [stepReport("a", { value: toRawJson(1) })];
    edge.gateway.plans.endAtOnce({ output: toRawJson(2), steps });
    const answer = (await edge.post("/v1/plans?values=none", PLAN)).json<{ steps: object }>();
    expect(answer).toMatchObject({ output: 2 });
    expect(answer.steps).toEqual({ a: expect.not.objectContaining({ value: 1 }) as unknown });
  });
});

describe("a detached plan", () => {
  it("is answered 202 at once, with where to ask", async () => {
    await using edge = createTestEdge();
    const response = await edge.post("/v1/plans?detach=true", PLAN);
    expect(response.statusCode).toBe(202);
    expect(response.headers["location"]).toBe("/v1/plans/plan-1");
    expect(response.json()).toMatchObject({ id: "plan-1", status: "running" });
    expect(edge.gateway.plans.runs[0]?.request.detach).toBe(true);
  });
});

describe("a client that leaves its plan", () => {
  it.each([
    ["", {}, true],
    ["?detach=true", { accept: "text/event-stream" }, false],
    ["", { "idempotency-key": "k" }, false],
    ["", { accept: "text/event-stream" }, true],
  ])("with options '%s' and headers %j: cancels it? %s", async (query, headers, isCancelled) => {
    await using edge = createTestEdge();
    const base = await edge.listen();
    const { plans } = edge.gateway;
    const leaving = request(`${base}/v1/plans${query}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      agent: false,
    });
    leaving.on("error", () => undefined).end(JSON.stringify(PLAN));
    await waitFor(() => plans.runs.length === 1, { what: "the plan" });
    const connections = () =>
      new Promise((resolve) => edge.app.server.getConnections((_error, count) => resolve(count)));
    leaving.destroy();
    await waitFor(async () => (await connections()) === 0, { what: "the end of the connection" });
    await waitFor(() => plans.runs[0]?.cancelled === isCancelled, { what: "what becomes of it" });
    expect(plans.running).toBe(isCancelled ? 0 : 1);
    plans.runs[0]?.end();
  });
});

describe("a plan with an Idempotency-Key", () => {
  const headers = { "idempotency-key": "k" };

  it("is run once, and its answer given again", async () => {
    await using edge = createTestEdge();
    edge.gateway.plans.endAtOnce({ steps: [stepReport("a")] });
    const first = await edge.post("/v1/plans", PLAN, headers);
    const again = await edge.post("/v1/plans", PLAN, headers);
    expect(again.body).toBe(first.body);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    const events = await edge.post("/v1/plans", PLAN, { ...headers, accept: "text/event-stream" });
    expect(events.body).toBe(
      `event: plan.finished\ndata: {"type":"plan.finished","report":${first.body}}\n\n`,
    );
    expect(edge.gateway.plans.runs).toHaveLength(1);
  });

  it("is refused for another plan, and apart for another principal", async () => {
    const tokens = { b: principal("b", { role: "agent" }) };
    await using edge = createTestEdge({ tokens });
    edge.gateway.plans.endAtOnce({ steps: [stepReport("a")] });
    await edge.post("/v1/plans", PLAN, headers);
    const other = await edge.post("/v1/plans", { steps: [] }, headers);
    expect(other.json()).toMatchObject({ status: 422, code: "idempotency-conflict" });
    expect((await edge.post("/v1/plans?detach=true", PLAN, headers)).statusCode).toBe(422);
    const b = { ...headers, authorization: "Bearer b" };
    expect((await edge.post("/v1/plans", { steps: [] }, b)).statusCode).toBe(200);
  });

  it("is run anew when no server has seen anything of it", async () => {
    await using edge = createTestEdge();
    edge.gateway.plans.endAtOnce({ status: "failed", steps: [stepReport("a", { attempts: 0 })] });
    await edge.post("/v1/plans", PLAN, headers);
    await edge.post("/v1/plans", PLAN, headers);
    expect(edge.gateway.plans.runs).toHaveLength(2);
  });
});
