import { describe, expect, it } from "vitest";
import { planEventSchema } from "../../../contract/index.ts";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";
import { stepReport } from "../../../../test/support/fakes/fake-plans.ts";
import { createTestEdge, type TestEdge } from "../../../../test/support/http-edge.ts";
import { readEvents } from "../../../../test/support/sse.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const PLAN = { steps: [{ id: "a", tool: "users__search_users" }] };
const STREAM = { accept: "text/event-stream" };

/** Starts a plan with events and gives its run once it is followed. */
async function begin(edge: TestEdge, query = "") {
  const answer = edge.post(`/v1/plans${query}`, PLAN, STREAM);
  const { runs } = edge.gateway.plans;
  await waitFor(() => runs[0]?.followers === 1, { what: "the plan" });
  return { run: runs[0]!, answer };
}

describe("a plan with events", () => {
  it("tells each as it happens, and the whole answer last", async () => {
    await using edge = createTestEdge();
    const { run, answer } = await begin(edge);
    const value = rawJson(Buffer.from('{"n":\n9007199254740993}'));
    run.tell({ type: "step.started", step: stepReport("a", { status: "running", attempts: 0 }) });
    run.tell({ type: "step.cached", step: stepReport("a", { cache: "l1", value }) });
    run.end({ output: value, steps: [stepReport("a", { value })] });
    const response = await answer;
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(response.headers["location"]).toBe("/v1/plans/plan-1");
    expect(response.body.match(/\{"n": 9007199254740993\}/g)).toHaveLength(3);
    const events = readEvents(response.body);
    expect(events.map(({ event, id }) => [id, event])).toEqual([
      ["1", "plan.started"],
      ["2", "step.started"],
      ["3", "step.cached"],
      ["4", "plan.finished"],
    ]);
    for (const { data } of events) planEventSchema.parse(data);
    expect(events[0]?.data).toEqual({
      id: 1,
      atMs: 0,
      type: "plan.started",
      plan: "plan-1",
      steps: 0,
    });
    expect(events[2]?.data).toMatchObject({ atMs: 2, step: { id: "a", cache: "l1" } });
    const json = { ...run.report(), output: {}, steps: { a: { status: "succeeded" } } };
    expect(events[3]?.data).toMatchObject({ id: 4, type: "plan.finished", report: json });
  });

  it("tells only small values on the way, and none to who wants none", async () => {
    await using edge = createTestEdge({ results: { maxInlineBytes: 4_096, previewBytes: 256 } });
    const value = toRawJson("x".repeat(1_000));
    for (const [query, step, last] of [
      ["", { withheld: { bytes: 1_002 } }, { value: value.value() }],
      ["?values=none", {}, {}],
    ] as const) {
      const answer = edge.post(`/v1/plans${query}`, PLAN, STREAM);
      const run = await waitFor(() => edge.gateway.plans.runs.find((one) => one.followers === 1), {
        what: "the plan",
      });
      run.tell({ type: "step.succeeded", step: stepReport("a", { value }) });
      run.end({ steps: [stepReport("a", { value })] });
      const [, told, finished] = readEvents((await answer).body).map(({ data }) => data);
      expect(told).toMatchObject({ step });
      expect(told).not.toHaveProperty("step.value");
      expect(finished).toMatchObject({ report: { steps: { a: last } } });
    }
  });

  it("is followed to its end also when it is detached", async () => {
    await using edge = createTestEdge();
    const { run, answer } = await begin(edge, "?detach=true");
    run.end();
    const events = readEvents((await answer).body);
    expect(events.map(({ event }) => event)).toEqual(["plan.started", "plan.finished"]);
  });

  it("hears a heartbeat while nothing happens", async () => {
    await using edge = createTestEdge({ options: { heartbeatMs: 1_000 } });
    const { run, answer } = await begin(edge);
    await edge.gateway.clock.advance(2_500);
    run.end();
    expect((await answer).body.match(/^: $/gm)).toHaveLength(2);
  });
});

describe("a client that reads slowly", () => {
  const fill = (edge: TestEdge): void => {
    const step = stepReport("a", { value: toRawJson("x".repeat(8_000)) });
    for (let n = 0; n < 5_000; n++) {
      edge.gateway.plans.runs[0]?.tell({ type: "step.succeeded", step });
    }
  };

  it("gets every event at its own pace", async () => {
    await using edge = createTestEdge({ options: { maxStreamBufferBytes: 65_536 } });
    const base = await edge.listen();
    const response = await fetch(`${base}/v1/plans`, {
      method: "POST",
      headers: { ...STREAM, "content-type": "application/json" },
      body: JSON.stringify(PLAN),
    });
    fill(edge);
    expect(edge.gateway.plans.runs[0]?.followers).toBe(0);
    edge.gateway.plans.runs[0]?.end();
    const events = readEvents(await response.text());
    expect(events).toHaveLength(5_002);
    expect(events.every(({ id }, index) => id === String(index + 1))).toBe(true);
  });

  it("is told which events were forgotten meanwhile", async () => {
    await using edge = createTestEdge({ options: { maxStreamBufferBytes: 65_536 } });
    const base = await edge.listen();
    const response = await fetch(`${base}/v1/plans`, {
      method: "POST",
      headers: { ...STREAM, "content-type": "application/json" },
      body: JSON.stringify(PLAN),
    });
    fill(edge);
    edge.gateway.plans.runs[0]?.forgetUntil(4_900);
    edge.gateway.plans.runs[0]?.end();
    const events = readEvents(await response.text());
    const gap = events.find(({ event }) => event === "gap");
    expect(gap?.data).toEqual({ after: expect.any(Number) as number, next: 4_901 });
    expect(events.at(-1)?.event).toBe("plan.finished");
  });

  it("is cut off when it reads nothing at all", async () => {
    await using edge = createTestEdge({
      options: { maxStreamBufferBytes: 65_536, heartbeatMs: 1_000 },
    });
    const base = await edge.listen();
    const response = await fetch(`${base}/v1/plans`, {
      method: "POST",
      headers: { ...STREAM, "content-type": "application/json" },
      body: JSON.stringify(PLAN),
    });
    fill(edge);
    await waitFor(
      async () => {
        await edge.gateway.clock.advance(1_000);
        return edge.gateway.plans.runs[0]?.cancelled;
      },
      { what: "the end of the stream" },
    );
    await expect(response.text()).rejects.toThrow("terminated");
  });
});
