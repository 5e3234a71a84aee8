import { describe, expect, it } from "vitest";
import { planListSchema } from "../../../contract/index.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import { stepReport } from "../../../../test/support/fakes/fake-plans.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { readEvents } from "../../../../test/support/sse.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const PLAN = { steps: [{ id: "a", tool: "users__search_users" }] };
const STREAM = { accept: "text/event-stream" };
const URL = "/v1/plans/plan-1";

async function begin(edge: TestEdge, headers = {}) {
  await edge.post("/v1/plans?detach=true", PLAN, headers);
  return edge.gateway.plans.runs[0]!;
}

describe("the list of plans", () => {
  it("has the caller's own, newest first, without the steps' values", async () => {
    await using edge = createTestEdge();
    expect((await edge.get("/v1/plans")).json()).toEqual({ plans: [] });
    const run = await begin(edge);
    run.change({ steps: [stepReport("a"), stepReport("b", { value: toRawJson(1) })], wallMs: 7 });
    await begin(edge);
    const { plans } = (await edge.get("/v1/plans")).json<{ plans: object[] }>();
    expect(plans).toEqual([
      { id: "plan-2", status: "running", startedAt: 0, wallMs: 0, steps: {} },
      { id: "plan-1", status: "running", startedAt: 0, wallMs: 7, steps: { succeeded: 2 } },
    ]);
    expect(planListSchema.safeParse({ plans }).success).toBe(true);
  });
});

describe("asking for a plan", () => {
  it("shows it as it is now, and as it was at the end", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    run.change({ steps: [stepReport("a", { value: toRawJson([1]) }), stepReport("b")] });
    const now = await edge.get(URL);
    expect(now.json()).toMatchObject({ id: "plan-1", status: "running", steps: { b: {} } });
    run.end();
    expect((await edge.get(URL)).json()).toMatchObject({ status: "succeeded" });
  });

  it("shows only the steps asked for, and their values unless none are wanted", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    run.change({ steps: ["a", "b", "c"].map((id) => stepReport(id, { value: toRawJson(id) })) });
    const some = (await edge.get(`${URL}?steps=c,a`)).json<{ steps: object }>();
    expect(some.steps).toMatchObject({ a: { value: "a" }, c: { value: "c" } });
    expect(Object.keys(some.steps)).toEqual(["a", "c"]);
    const bare = (await edge.get(`${URL}?steps=a&values=none`)).json<{ steps: object }>();
    expect(bare.steps).not.toHaveProperty("a.value");
    const wrong = await edge.get(`${URL}?steps=a,x`);
    expect(wrong.json()).toMatchObject({
      code: "invalid-request",
      violations: [{ path: "/steps/1", message: 'the plan has no step "x"' }],
    });
  });

  it("stores a value that is too large once, however often it is asked for", async () => {
    await using edge = createTestEdge({ results: { maxInlineBytes: 1_024, previewBytes: 256 } });
    const run = await begin(edge);
    run.change({ output: toRawJson("x".repeat(2_000)) });
    const handle = async () =>
      (await edge.get(URL)).json<{ withheld: { handle: object } }>().withheld.handle;
    const first = await handle();
    expect(await handle()).toEqual(first);
    await edge.gateway.clock.advance(900_001);
    expect(await handle()).not.toEqual(first);
  });

  it("is not for other principals, nor for who knows no plan", async () => {
    const tokens = { b: principal("b", { role: "admin" }) };
    await using edge = createTestEdge({ tokens });
    const run = await begin(edge);
    const other = { authorization: "Bearer b" };
    for (const headers of [other, { ...other, ...STREAM }]) {
      expect((await edge.get(URL, headers)).json()).toMatchObject({
        status: 404,
        code: "unknown-plan",
        plan: "plan-1",
      });
    }
    const cancel = await edge.app.inject({ method: "DELETE", url: URL, headers: other });
    expect(cancel.statusCode).toBe(404);
    expect(run.cancelled).toBe(false);
    expect((await edge.get("/v1/plans/nothing")).statusCode).toBe(404);
  });
});

describe("following a plan", () => {
  it("tells what has happened, what happens, and the answer", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    const answer = edge.get(URL, STREAM);
    await waitFor(() => run.followers === 1, { what: "the follower" });
    run.tell({ type: "step.succeeded", step: stepReport("a") });
    run.end({ steps: [stepReport("a")] });
    const events = readEvents((await answer).body);
    expect(events.map(({ id, event }) => `${id} ${event}`)).toEqual([
      "1 plan.started",
      "2 step.succeeded",
      "3 plan.finished",
    ]);
    expect(events[2]?.data).toMatchObject({ report: { status: "succeeded", steps: { a: {} } } });
  });

  it.each([
    ["a header", URL, { "last-event-id": "1" }],
    ["a parameter", `${URL}?lastEventId=1`, {}],
  ])("goes on after the event named by %s", async (_name, url, headers) => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    run.tell({ type: "step.succeeded", step: stepReport("a") });
    run.end();
    const { body } = await edge.get(url, { ...STREAM, ...headers });
    expect(readEvents(body).map(({ id }) => id)).toEqual(["2", "3"]);
  });

  it("says when events were forgotten", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    for (let n = 0; n < 5; n++) run.tell({ type: "step.retried", step: stepReport("a") });
    run.forgetUntil(4);
    run.end();
    const events = readEvents((await edge.get(URL, { ...STREAM, "last-event-id": "2" })).body);
    expect(events[0]).toEqual({ event: "gap", data: { after: 2, next: 5 } });
    expect(events.map(({ id }) => id)).toEqual([undefined, "5", "6", "7"]);
  });

  it("tells a client that has the last event not to come back", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    run.end();
    const response = await edge.get(URL, { ...STREAM, "last-event-id": "2" });
    expect(response.statusCode).toBe(204);
  });

  it("does not cancel the plan when the follower leaves, and ends when the edge closes", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    const base = await edge.listen();
    const leaving = new AbortController();
    const left = await fetch(`${base}${URL}`, { headers: STREAM, signal: leaving.signal });
    leaving.abort();
    await expect(left.text()).rejects.toThrow("aborted");
    await waitFor(() => run.followers === 0, { what: "the follower's end" });
    expect(run.cancelled).toBe(false);
    const stays = await fetch(`${base}${URL}`, { headers: STREAM });
    await edge.app.close();
    expect(readEvents(await stays.text()).map(({ event }) => event)).toEqual(["plan.started"]);
  });

  it("is refused when too many follow", async () => {
    await using edge = createTestEdge({ options: { maxEventStreams: 1 } });
    const run = await begin(edge);
    const first = edge.get(URL, STREAM);
    await waitFor(() => run.followers === 1, { what: "the follower" });
    expect((await edge.get(URL, STREAM)).statusCode).toBe(429);
    run.end();
    await first;
  });
});

describe("cancelling a plan", () => {
  it("answers with how it ended", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    const response = await edge.send("DELETE", URL);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ id: "plan-1", status: "cancelled" });
    expect(run.cancelled).toBe(true);
  });

  it("answers 202 when it takes longer", async () => {
    await using edge = createTestEdge();
    const run = await begin(edge);
    run.endSlowly();
    const answer = edge.send("DELETE", URL);
    await waitFor(() => run.cancelled, { what: "the cancellation" });
    await edge.gateway.clock.advance(1_000);
    expect((await answer).statusCode).toBe(202);
    expect((await answer).json()).toMatchObject({ status: "running" });
    run.end({ status: "cancelled" });
  });

  it("leaves a plan that has ended as it is", async () => {
    await using edge = createTestEdge();
    (await begin(edge)).end();
    const response = await edge.send("DELETE", URL);
    expect(response.json()).toMatchObject({ status: "succeeded" });
  });
});

describe("checking a plan", () => {
  it("answers 200 with all that the check found, whether it can run or not", async () => {
    await using edge = createTestEdge();
    const check = {
      ok: false,
      problems: [{ severity: "error", path: "/steps", code: "cycle", message: "a → b → a" }],
      steps: [{ id: "a", tool: "t", dependsOn: ["b"], stage: 0, estimateMs: 250, mayWrite: true }],
      criticalPath: ["a"],
      estimateMs: 250,
    } as const;
    edge.gateway.plans.answerChecks(check);
    const response = await edge.post("/v1/plans/check", '{"steps":[9007199254740993]}');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(check);
    const [asked] = edge.gateway.plans.checks;
    expect(Buffer.from(asked!.plan.bytes).toString()).toBe('{"steps":[9007199254740993]}');
    expect(edge.gateway.plans.runs).toHaveLength(0);
  });

  it("is refused for what is no JSON object", async () => {
    await using edge = createTestEdge();
    expect((await edge.post("/v1/plans/check", "7")).statusCode).toBe(400);
  });
});
