import { describe, expect, it } from "vitest";
import { planOf } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  eventsOf,
  stepOf,
  type Answer,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const away = (reached: boolean, retryAfterMs = 0): GatewayError =>
  new GatewayError("server-unavailable", "It is away.", {
    server: "s",
    state: "disconnected",
    retryAfterMs,
    reached,
  });
const deadline = new GatewayError("deadline-exceeded", "Too slow.", { timeoutMs: 5 });
const open = new GatewayError("circuit-open", "Open.", { server: "s", retryAfterMs: 300 });
const forbidden = new GatewayError("forbidden", "No.", { reason: "no" });
const toolError = { result: { isError: true, content: [{ type: "text", text: "Busy." }] } };

/** Runs one step whose calls end as given, the last for all that follow. */
async function attempt(
  answers: readonly Answer[],
  more: { mayWrite?: boolean; tries?: number } = {},
) {
  const rig = createPlanRig();
  let made = 0;
  rig.on("a", () => answers[Math.min(made++, answers.length - 1)]!);
  const { mayWrite = false, tries = 3 } = more;
  const retry = { maxAttempts: tries, backoffMs: 100 };
  const run = rig.start(planOf([{ id: "a", mayWrite, retry }]));
  const events = eventsOf(run);
  const report = await rig.finish(run);
  return { rig, report, events, made: rig.calls.length };
}

describe("retries of a step", () => {
  it("are made for what another try may mend, with growing pauses", async () => {
    const { rig, report, events } = await attempt([
      { error: away(false) },
      { error: deadline },
      {},
    ]);
    expect(report.status).toBe("succeeded");
    expect(stepOf(report, "a")).toMatchObject({ status: "succeeded", attempts: 3 });
    expect(stepOf(report, "a").error).toBeUndefined();
    expect(rig.calls[1]!.startedMs).toBeLessThanOrEqual(101);
    expect(rig.calls[2]!.startedMs - rig.calls[1]!.endedMs!).toBeLessThanOrEqual(201);
    const retried = events.filter(({ type }) => type === "step.retried");
    expect(retried).toHaveLength(2);
    expect(retried[0]).toMatchObject({
      step: { status: "running", attempts: 1, error: { code: "server-unavailable" } },
    });
  });

  it("are as many as the step allows, those of the pipeline included", async () => {
    const meta = { attempts: 3 };
    expect((await attempt([{ error: away(false), meta }])).made).toBe(1);
    expect((await attempt([{ error: away(false), meta }], { tries: 5 })).made).toBe(2);
    expect((await attempt([{ error: away(false) }])).made).toBe(3);
  });

  it("count a call that was refused before it reached the server", async () => {
    expect((await attempt([{ error: open, meta: { attempts: 0 } }])).made).toBe(3);
  });

  it("wait as long as they are asked to", async () => {
    const { rig } = await attempt([{ error: open }, {}]);
    expect(rig.calls[1]!.startedMs).toBeGreaterThanOrEqual(300);
  });

  it.each<[string, Answer, { reads: number; writes: number }]>([
    ["a server that cannot have seen it", { error: away(false) }, { reads: 3, writes: 3 }],
    ["a server that may have seen it", { error: away(true) }, { reads: 3, writes: 1 }],
    ["a timeout", { error: deadline }, { reads: 3, writes: 1 }],
    ["an open circuit", { error: open }, { reads: 3, writes: 3 }],
    ["an error of the tool", toolError, { reads: 3, writes: 1 }],
    ["a refusal", { error: forbidden }, { reads: 1, writes: 1 }],
    ["a question", { inputRequired: true }, { reads: 1, writes: 1 }],
  ])("after %s are made as far as they do no harm", async (_, answer, { reads, writes }) => {
    expect((await attempt([answer])).made).toBe(reads);
    expect((await attempt([answer], { mayWrite: true })).made).toBe(writes);
  });

  it("hold no place while they wait", async () => {
    const rig = createPlanRig({ maxConcurrency: 1 });
    rig.on("a", { error: open });
    rig.on("b", { afterMs: 10 });
    const retry = { maxAttempts: 2, backoffMs: 100 };
    await rig.run(
      planOf([{ id: "a", retry, onError: "continue" }, { id: "b" }], { concurrency: 1 }),
    );
    expect(rig.calls.map(({ step, startedMs }) => [step, startedMs])).toEqual([
      ["a", 0],
      ["b", 0],
      ["a", 300],
    ]);
  });

  it("are not made when the plan would be over before", async () => {
    const rig = createPlanRig();
    rig.on("a", { error: open });
    const retry = { maxAttempts: 3, backoffMs: 1 };
    const report = await rig.run(planOf([{ id: "a", retry }], { timeoutMs: 200 }));
    expect(rig.calls).toHaveLength(1);
    expect(report).toMatchObject({ status: "failed", wallMs: 0 });
    expect(stepOf(report, "a").error?.code).toBe("circuit-open");
  });

  it("are to composition rules the same call once more", async () => {
    const rig = createPlanRig({}, { rules: [{ after: ["a"], forbid: ["a"], reason: "Once." }] });
    let made = 0;
    rig.on("a", () => (++made < 3 ? { error: open } : {}));
    const retry = { maxAttempts: 3, backoffMs: 1 };
    const report = await rig.run(
      planOf([
        { id: "a", retry },
        { id: "b", tool: "a", after: ["a"] },
      ]),
    );
    expect(stepOf(report, "a")).toMatchObject({ status: "succeeded", attempts: 3 });
    expect(stepOf(report, "b").error?.code).toBe("rule-broken");
  });

  it("tell the text of a tool that failed for good", async () => {
    const { report } = await attempt([toolError]);
    expect(stepOf(report, "a").error).toEqual({ code: "tool-error", message: "Busy." });
  });
});
