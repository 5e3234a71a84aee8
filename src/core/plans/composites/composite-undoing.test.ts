import { describe, expect, it } from "vitest";
import { composite, createCompositeRig } from "../../../../test/support/plans/composite-rig.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { Abort, type Cancellation } from "../../../kernel/abort.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";

const ADD = {
  id: "m",
  tool: "users__add",
  arguments: { id: "${input.id}" },
  compensate: { tool: "users__delete", arguments: { id: "${steps.m.id}" } },
};
const INNER = composite("add_all", {
  steps: [ADD, { id: "slow", tool: "users__slow", dependsOn: "m" }],
});
const CALLED = { id: "c", tool: "composites__add_all", arguments: { id: 1 } };

/** A composite that is at its second step when it is told to stop, and takes a second to undo the first. */
async function createRig({ isUndoable = true } = {}) {
  const rig = await createCompositeRig({ file: [INNER] });
  rig.setTools("users", ["add", "delete", "slow"]);
  await rig.clock.advance(100);
  rig.on("users__slow", (_, signal) => forEver(signal));
  rig.on("users__delete", async () => {
    await new Promise<void>((resolve) => rig.clock.after(1_000, resolve));
    if (isUndoable) return { content: [] };
    return { isError: true, content: [{ type: "text", text: "Locked." }] };
  });
  const start = (...steps: object[]) =>
    rig.plans.start({ plan: toRawJson({ steps }), principal: principal("p") }, new Abort());
  return { ...rig, start };
}

function forEver(signal: Cancellation): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}

const warnings = ({ lines }: Awaited<ReturnType<typeof createRig>>["log"]) =>
  lines
    .filter(({ level, message }) => level === "warn" && message.includes("undo"))
    .map(({ fields }) => fields);

describe("a plan that is told to stop while a composite is under way", () => {
  it("waits until that has undone what it did, and tells how that went", async () => {
    const { start, clock, asked } = await createRig();
    const run = start(CALLED);
    await clock.advance(10);
    run.cancel();
    await clock.advance(999);
    expect(run.report().status).toBe("running");
    expect(asked.map(({ tool }) => tool)).toEqual(["add", "slow", "delete"]);
    await clock.advance(1);
    const { status, steps } = await run.ended;
    expect(status).toBe("cancelled");
    expect(steps[0]).toMatchObject({
      status: "cancelled",
      reason: expect.stringMatching(
        /^The plan was cancelled\. The plan behind "composites__add_all" was cancelled\.\n- m \(users__add\) compensated; undone by users__delete\n/,
      ),
    });
  });

  it("tells what could not be undone, in its report and in the log", async () => {
    const { start, clock, log } = await createRig({ isUndoable: false });
    const run = start(CALLED);
    await clock.advance(10);
    run.cancel();
    await clock.advance(1_000);
    const { steps } = await run.ended;
    expect(steps[0]?.reason).toContain("NOT UNDONE: users__delete failed: tool-error: Locked.");
    expect(warnings(log)).toMatchObject([
      {
        composite: "composites__add_all",
        outer: run.id,
        step: "m",
        tool: "users__add",
        undo: "users__delete",
        code: "tool-error",
      },
    ]);
  });

  it("tells of each item whose composite was under way", async () => {
    const { start, clock } = await createRig();
    const run = start({ ...CALLED, forEach: [1, 2] });
    await clock.advance(10);
    run.cancel();
    await clock.advance(1_000);
    const reason = (await run.ended).steps[0]?.reason;
    expect(reason).toMatch(/Item 0 \(the first is 0\): The plan behind .*undone by users__delete/s);
    expect(reason).toMatch(/Item 1 \(the first is 0\): The plan behind .*undone by users__delete/s);
  });
});

describe("a step that leaves a composite whose time is over", () => {
  it("fails when that has undone what it did, and is not tried again before", async () => {
    const { start, clock } = await createRig();
    const run = start({ ...CALLED, timeoutMs: 500 });
    await clock.advance(1_499);
    expect(run.report().steps[0]?.status).toBe("running");
    await clock.advance(1);
    expect((await run.ended).steps[0]).toMatchObject({
      status: "failed",
      error: {
        code: "deadline-exceeded",
        message: expect.stringMatching(
          /did not end within 500 ms\. The plan .* undone by users__delete/s,
        ),
      },
    });
  });
});

describe("a caller that leaves a composite", () => {
  it("is not kept waiting; the log names what could not be undone and the plan to look at", async () => {
    const { call, clock, log, plans } = await createRig({ isUndoable: false });
    const outcome = call("composites__add_all", { id: 1 }, { timeoutMs: 500 });
    await clock.advance(500);
    expect((await outcome).kind).toBe("failure");
    expect(warnings(log)).toEqual([]);
    await clock.advance(1_000);
    const [warning] = warnings(log);
    expect(warning).toMatchObject({ step: "m", code: "tool-error" });
    const report = plans.find(String(warning?.["plan"]), principal("p")).report();
    expect(report.steps[0]?.compensation?.status).toBe("failed");
  });
});

describe("the id of a composite's plan", () => {
  it("leads to its report, for whoever called it alone", async () => {
    const { call, plans, on } = await createRig();
    on("users__slow", () => ({ content: [] }));
    const outcome = await call("composites__add_all", { id: 1 });
    const body = outcome.kind === "result" ? outcome.body.value() : {};
    const { _meta } = body as { _meta: Record<string, { id: string }> };
    const { id } = _meta["switchboard/plan"]!;
    expect(plans.find(id, principal("p")).report()).toMatchObject({ id, status: "succeeded" });
    expect(() => plans.find(id, principal("other"))).toThrow("There is no plan");
  });
});
