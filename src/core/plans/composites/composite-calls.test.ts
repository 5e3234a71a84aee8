import { describe, expect, it } from "vitest";
import {
  composite,
  createCompositeRig,
  type CompositeRigSetup,
} from "../../../../test/support/plans/composite-rig.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { Cancellation } from "../../../kernel/abort.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import type { Outcome } from "../../calls/index.ts";

const READ = { id: "a", tool: "users__read", arguments: { id: "${input.id}" } };
const FIND = composite("find", { steps: [READ], output: { user: "${steps.a}" } });

async function rigWith(setup: CompositeRigSetup = {}) {
  const rig = await createCompositeRig({ file: [FIND], ...setup });
  rig.setTools("users", ["read", "write"]);
  await rig.clock.advance(100);
  return rig;
}

type Result = {
  content: { text: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
};

function resultOf(outcome: Outcome): Result {
  if (outcome.kind === "result") return outcome.body.value() as Result;
  throw new Error(outcome.kind === "failure" ? outcome.error.message : outcome.kind);
}

const failureOf = (outcome: Outcome) => (outcome.kind === "failure" ? outcome.error : undefined);

const chain = (length: number) =>
  Array.from({ length }, (_, at) =>
    composite(`c${at}`, {
      steps: [at === 0 ? READ : { id: "s", tool: `composites__c${at - 1}`, arguments: { id: 1 } }],
    }),
  );

/** A tool that waits for its end. */
function waiting() {
  const signals: { readonly aborted: boolean }[] = [];
  return {
    signals,
    handler: (_: unknown, signal: Cancellation) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
  };
}

describe("a call of a composite tool", () => {
  it("runs its plan with the call's arguments, as the caller, in its session and trace", async () => {
    const { call, asked } = await rigWith();
    const who = principal("someone");
    const traceId = "e".repeat(32);
    const outcome = await call(
      "composites__find",
      { id: 7 },
      { principal: who, session: "s1", traceId },
    );
    expect(resultOf(outcome)).toMatchObject({
      content: [{ type: "text", text: '{"user":{"id":7}}' }],
      structuredContent: { user: { id: 7 } },
      _meta: { "switchboard/plan": { status: "succeeded" } },
    });
    expect(outcome.meta).toMatchObject({ server: "composites", tool: "composites__find", traceId });
    expect(asked).toMatchObject([
      {
        server: "users",
        tool: "read",
        traceId,
        scope: { principal: who, session: "s1" },
        origin: { step: "a", within: ["composites__find"] },
      },
    ]);
  });

  it("has its arguments checked like any other's", async () => {
    const inputSchema = { type: "object", properties: { id: { type: "integer" } } };
    const { call, asked } = await rigWith({
      file: [composite("find", { inputSchema, steps: [READ] })],
    });
    const failure = failureOf(await call("composites__find", { id: "x" }));
    expect(failure).toMatchObject({ code: "invalid-arguments" });
    expect(asked).toEqual([]);
  });

  it("is an error that names the steps that failed", async () => {
    const { call, on } = await rigWith();
    on("users__read", () => ({
      isError: true,
      content: [{ type: "text", text: "No such user." }],
    }));
    const result = resultOf(await call("composites__find", { id: 7 }));
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toBe(
      'The plan behind "composites__find" failed.\n- a (users__read) failed: tool-error: No such user.',
    );
  });

  it("says when it succeeded only in part", async () => {
    const steps = [READ, { id: "b", tool: "users__write", onError: "continue" }];
    const { call, on } = await rigWith({
      file: [composite("find", { steps, output: "${steps.a.id}" })],
    });
    on("users__write", () => ({ isError: true, content: [{ type: "text", text: "Full." }] }));
    const result = resultOf(await call("composites__find", { id: 7 }));
    expect(result).toMatchObject({
      content: [{ text: "7" }],
      _meta: {
        "switchboard/plan": {
          status: "partial",
          notes: ["- b (users__write) failed: tool-error: Full."],
        },
      },
    });
    expect(result.isError).toBeUndefined();
  });

  it("tells the progress of its plan", async () => {
    const { call } = await rigWith();
    const heard: unknown[] = [];
    await call(
      "composites__find",
      { id: 7 },
      { onProgress: (params) => heard.push(params.value()) },
    );
    expect(heard).toEqual([
      { progress: 0, total: 1, message: "0 of 1 steps" },
      { progress: 1, total: 1, message: "a succeeded (1 of 1)" },
    ]);
  });

  it("that ends early ends the calls inside", async () => {
    const { call, on, clock } = await rigWith();
    const { handler, signals } = waiting();
    on("users__read", handler);
    const outcome = call("composites__find", { id: 7 }, { timeoutMs: 1_000 });
    await clock.advance(999);
    expect(signals).toMatchObject([{ aborted: false }]);
    await clock.advance(1);
    expect(failureOf(await outcome)).toMatchObject({
      code: "deadline-exceeded",
      data: { timeoutMs: 1_000 },
    });
    expect(signals).toMatchObject([{ aborted: true }]);
  });

  it("has the time that a plan has, not that of a server", async () => {
    const { call, on, clock } = await rigWith({ plans: { timeoutMs: 300_000 } });
    on("users__read", waiting().handler);
    const outcome = call("composites__find", { id: 7 });
    await clock.advance(400_000);
    const result = resultOf(await outcome);
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toContain("deadline-exceeded");
  });

  it("takes the plan's own input where it is called without arguments", async () => {
    const plan = { steps: [READ], input: { id: 3 }, output: "${steps.a.id}" };
    const { call } = await rigWith({ file: [composite("find", plan)] });
    expect(resultOf(await call("composites__find")).content[0]?.text).toBe("3");
    expect(resultOf(await call("composites__find", { id: 4 })).content[0]?.text).toBe("4");
  });

  it("waits for servers that its plan, or one inside, needs and that connect for the first time", async () => {
    const outer = composite("outer", {
      steps: [{ id: "s", tool: "composites__find", arguments: { id: 1 } }],
    });
    const rig = await createCompositeRig({ file: [FIND, outer] });
    rig.setState("users", "connecting");
    const outcome = rig.call("composites__outer");
    await rig.clock.advance(3_000);
    expect(rig.asked).toEqual([]);
    rig.setTools("users", ["read"]);
    rig.setState("users", "ready");
    expect(resultOf(await outcome).structuredContent).toEqual({ s: { user: { id: 1 } } });
    const other = await createCompositeRig({ file: [FIND] });
    other.setState("users", "connecting");
    const failing = other.call("composites__find", { id: 1 });
    await other.clock.advance(10_000);
    expect(resultOf(await failing).isError).toBe(true);
  });

  it("shares an equal call of the same session that is under way", async () => {
    const { call, asked } = await rigWith();
    const session = { session: "s1" };
    const outcomes = await Promise.all([
      call("composites__find", { id: 7 }, session),
      call("composites__find", { id: 7 }, session),
    ]);
    expect(outcomes.map(({ meta }) => meta.cache)).toEqual(["none", "coalesced"]);
    expect(asked).toHaveLength(1);
  });

  it("never opens a circuit before all composites", async () => {
    const broken = composite("broken", { steps: [{ id: "b", tool: "users__write" }] });
    const { call, on, clock } = await rigWith({ file: [FIND, broken] });
    on("users__write", waiting().handler);
    for (let at = 0; at < 20; at++) {
      const outcome = call("composites__broken", {}, { timeoutMs: 50_000 });
      await clock.advance(50_000);
      expect((await outcome).kind).toBe("failure");
    }
    const other = await call("composites__find", { id: 7 });
    expect(other.meta.circuit).toBe("closed");
  });

  it("tells of a tool that is no more", async () => {
    const { upstreams, catalog } = await rigWith();
    const { server } = catalog.tool("composites__find")!;
    const request = {
      server,
      tool: "fnd",
      arguments: toRawJson({}),
      safe: true,
      scope: { principal: principal("p") },
    };
    await expect(upstreams.call(request, new AbortController().signal)).rejects.toMatchObject({
      code: "unknown-tool",
      data: { nearest: ["composites__find"] },
    });
  });
});

describe("composites in composites", () => {
  it("run inside each other, as deep as is allowed, even where one call at a time is", async () => {
    const plans = { maxDepth: 3, maxConcurrency: 1, concurrency: 1, serverConcurrency: 1 };
    const { call, asked, composites } = await rigWith({ file: chain(4), plans });
    const result = resultOf(await call("composites__c2", { id: 1 }));
    expect(result.structuredContent).toEqual({ s: { s: { a: { id: 1 } } } });
    expect(asked[0]?.origin?.within).toEqual([
      "composites__c2",
      "composites__c1",
      "composites__c0",
    ]);
    expect(asked[0]?.origin?.trail.tools).toEqual(
      new Set(["composites__c1", "composites__c0", "users__read"]),
    );
    const problems = composites.list().map(({ problem }) => problem);
    expect(problems).toEqual([
      undefined,
      undefined,
      undefined,
      expect.stringContaining("composite-too-deep"),
    ]);
    expect(resultOf(await call("composites__c3", { id: 1 })).isError).toBe(true);
  });

  it("are stopped on the way, too, when they come back to themselves or go too deep", async () => {
    const { call, asked } = await rigWith({ plans: { maxDepth: 2 } });
    const trail = { tools: new Set<string>(), add: () => undefined };
    const from = (...within: string[]) => ({ origin: { plan: "p", step: "s", within, trail } });
    const again = await call("composites__find", { id: 1 }, from("composites__find"));
    expect(resultOf(again).content[0]?.text).toBe(
      '"composites__find" would call itself: composites__find → composites__find.',
    );
    const deep = await call("composites__find", { id: 1 }, from("composites__x", "composites__y"));
    expect(resultOf(deep).content[0]?.text).toContain("plans.maxDepth (2)");
    expect(asked).toEqual([]);
  });

  it("cannot do together what a composition rule forbids", async () => {
    const rules = [{ after: ["users__read"], forbid: ["users__write"], reason: "Readers only." }];
    const both = composite("both", {
      steps: [
        { id: "first", tool: "composites__find", arguments: { id: 1 } },
        { id: "then", tool: "users__write", dependsOn: ["first"] },
      ],
    });
    const { call, asked } = await rigWith({ file: [FIND, both], plans: { rules } });
    const result = resultOf(await call("composites__both"));
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toContain("Readers only.");
    expect(asked).toEqual([]);
  });
});

describe("a caller with tool rules", () => {
  const limited = (allow: readonly string[]) =>
    principal("limited", { role: "agent", rules: { allow } });
  const secret = composite("secret", { steps: [{ id: "a", tool: "users__write" }] });
  const wrapped = composite("wrapped", { steps: [{ id: "s", tool: "composites__secret" }] });

  it("neither sees nor calls a composite that the rules do not name", async () => {
    const { call } = await rigWith();
    const outcome = await call("composites__find", {}, { principal: limited(["users__*"]) });
    expect(failureOf(outcome)?.code).toBe("unknown-tool");
  });

  it.each(["composites__secret", "composites__wrapped"])(
    "is refused %s when it may not use a tool inside, and learns nothing of that",
    async (tool) => {
      const { call, asked } = await rigWith({ file: [secret, wrapped] });
      const outcome = await call(tool, {}, { principal: limited(["composites__*"]) });
      const told = JSON.stringify(
        outcome.kind === "result" ? outcome.body.value() : failureOf(outcome)?.message,
      );
      expect(told).toMatch(/tools that you may not use/);
      expect(told).not.toContain("users__");
      expect(asked).toEqual([]);
    },
  );

  it("learns nothing of it from the check of a plan of its own either", async () => {
    const { plans } = await rigWith({ file: [secret, wrapped] });
    const plan = toRawJson({ steps: [{ id: "s", tool: "composites__wrapped" }] });
    const check = plans.check({ plan, principal: limited(["composites__*"]) });
    expect(JSON.stringify(check)).not.toContain("users__");
  });

  it("learns of a broken composite only that it is broken; others learn why", async () => {
    const broken = composite("broken", { steps: [{ id: "a", tool: "gone__tool" }] });
    const { call } = await rigWith({ file: [broken] });
    const textFor = async (who: ReturnType<typeof principal>) =>
      resultOf(await call("composites__broken", {}, { principal: who })).content[0]?.text;
    expect(await textFor(limited(["composites__*"]))).toBe(
      '"composites__broken" cannot run: its plan does not pass its check.\nAn operator can see why.',
    );
    expect(await textFor(principal("open", { role: "agent" }))).toContain("gone__tool");
    const operator = principal("op", { role: "operator", rules: { allow: ["composites__*"] } });
    expect(await textFor(operator)).toContain("gone__tool");
  });
});
