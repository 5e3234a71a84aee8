import { describe, expect, it } from "vitest";
import {
  createFakeGateway,
  type FakeGateway,
  type FakeGatewaySetup,
} from "../../../../../test/support/fake-gateway.ts";
import { principal } from "../../../../../test/support/fakes/principals.ts";
import type { StepReport } from "../../../../core/plans/index.ts";
import { rawJson } from "../../../../kernel/raw-json.ts";
import type { Answer } from "../../answer.ts";
import type { Peer, ToolCall } from "../../surface.ts";
import { createDiscoverySurface } from "../discovery-surface.ts";

const PEER: Peer = {
  principal: principal("a"),
  era: "legacy",
  revision: "2025-11-25",
  session: "s1",
};
const json = (text: string) => rawJson(Buffer.from(text));
const step = (id: string, more: Partial<StepReport> = {}): StepReport => ({
  id,
  tool: `s__${id}`,
  status: "succeeded",
  attempts: 1,
  ...more,
});

type Result = {
  content: { text: string }[];
  structuredContent: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, { handle: string }>;
};

function setUp(setup: FakeGatewaySetup = {}) {
  const gateway: FakeGateway = createFakeGateway(setup);
  const surface = createDiscoverySurface(gateway);
  const aborting = new AbortController();
  const run = (args: string, more: Partial<ToolCall> = {}): Promise<Answer> =>
    surface.callTool(
      { name: "execute_plan", arguments: json(args), ...more },
      PEER,
      aborting.signal,
    );
  const resultOf = async (args: string): Promise<Result> => {
    const answer = await run(args);
    if (answer.kind !== "result") throw new Error(`answered with ${answer.kind}`);
    return rawJson(answer.body).value() as Result;
  };
  return { gateway, plans: gateway.plans, run, resultOf, aborting };
}

const planText = (request: { plan: { bytes: Uint8Array } }) =>
  Buffer.from(request.plan.bytes).toString();

describe("the arguments of execute_plan", () => {
  it("are the plan's own members, whose bytes stay as they came", async () => {
    const { plans, resultOf } = setUp();
    plans.endAtOnce();
    await resultOf('{"steps": [ {"id":"a"} ], "input":{"n":1.10}, "dryRun":false}');
    expect(planText(plans.runs[0]!.request)).toBe('{"steps":[ {"id":"a"} ],"input":{"n":1.10}}');
    expect(plans.runs[0]!.request).toMatchObject({ principal: PEER.principal, session: "s1" });
    expect(plans.runs[0]!.request.input).toBeUndefined();
    await resultOf('{"steps": [ 1e400 ]}');
    expect(planText(plans.runs[1]!.request)).toBe('{"steps": [ 1e400 ]}');
  });

  it.each([
    '{"plan": {"steps": [1.10]}, "input": {"q": 2.0}}',
    '{"plan": "{\\"steps\\": [1.10]}", "input": {"q": 2.0}, "dryRun": false}',
  ])("may hold the plan as a whole: %s", async (args) => {
    const { plans, resultOf } = setUp();
    plans.endAtOnce();
    await resultOf(args);
    const { request } = plans.runs[0]!;
    expect(planText(request)).toBe('{"steps": [1.10]}');
    expect(Buffer.from(request.input!.bytes).toString()).toBe('{"q": 2.0}');
  });

  it.each([
    ['{"steps": [], "dryRun": "yes"}', "/dryRun: must be true or false"],
    ['{"plan": [1]}', "/plan: must be a plan"],
    ['{"plan": "a text"}', "/plan: must be a plan"],
    ['{"plan": {"steps": []}, "output": 1}', "/output: must stand inside plan"],
  ])("are refused where they are wrong: %s", async (args, message) => {
    const { plans, resultOf } = setUp();
    const { isError, content } = await resultOf(args);
    expect(isError).toBe(true);
    expect(content[0]?.text).toContain(message);
    expect(plans.runs).toHaveLength(0);
  });
});

describe("the answer of execute_plan", () => {
  it("is the output, for readers and for programs, its bytes unchanged", async () => {
    const { plans, run, resultOf } = setUp();
    const output = '{ "n": 12345678901234567890 }';
    plans.endAtOnce({ output: json(output), steps: [step("a"), step("b")] });
    const { content, structuredContent, isError } = await resultOf('{"steps":[]}');
    expect(content[0]?.text).toBe(output);
    expect(isError).toBeUndefined();
    expect(structuredContent).toMatchObject({
      plan: "plan-1",
      status: "succeeded",
      steps: { total: 2, succeeded: 2 },
      remarks: [],
    });
    const answer = (await run('{"steps":[]}')) as { body: Uint8Array };
    expect(Buffer.from(answer.body).toString()).toContain(`"output":${output}`);
  });

  it("is the values of the steps where the plan has no output", async () => {
    const { plans, resultOf } = setUp();
    plans.endAtOnce({ steps: [step("a", { value: json("[1]") }), step("b")] });
    const { content, structuredContent } = await resultOf('{"steps":[]}');
    expect(structuredContent["values"]).toEqual({ a: [1] });
    expect(content[0]?.text).toBe('{"a":[1]}');
  });

  it("names after that the steps that went otherwise", async () => {
    const { plans, resultOf } = setUp();
    const error = { code: "tool-error", message: "No." } as const;
    const failed = step("b", { status: "failed", error, value: json("0") });
    plans.endAtOnce({ status: "partial", output: json("1"), steps: [step("a"), failed] });
    const { content, structuredContent, isError } = await resultOf('{"steps":[]}');
    expect(content[0]?.text).toBe(
      "1\n\nThe plan succeeded in part.\n- b (s__b) failed: tool-error: No.",
    );
    expect(structuredContent["remarks"]).toEqual([
      { id: "b", tool: "s__b", status: "failed", attempts: 1, error },
    ]);
    expect(isError).toBeUndefined();
  });

  it.each(["failed", "cancelled"] as const)(
    "is an error, with what was there, for a plan that %s",
    async (status) => {
      const { plans, resultOf } = setUp();
      const steps = [step("a", { value: json("1") }), step("b", { status: "cancelled" })];
      const error = { code: "deadline-exceeded", message: "Too slow." } as const;
      plans.endAtOnce({ status, steps, ...(status === "failed" ? { error } : {}) });
      const { content, structuredContent, isError } = await resultOf('{"steps":[]}');
      expect(isError).toBe(true);
      expect(content[0]?.text).toContain('{"a":1}\n\nThe plan ');
      expect(structuredContent).toMatchObject({ status, values: { a: 1 } });
    },
  );

  it("is a preview with a handle where it is large", async () => {
    const { plans, resultOf, gateway } = setUp({
      results: { maxInlineBytes: 1_024, previewBytes: 256 },
    });
    plans.endAtOnce({ output: json(JSON.stringify({ text: "x".repeat(5_000) })) });
    const { content, _meta } = await resultOf('{"steps":[]}');
    expect(content[0]?.text.length).toBeLessThan(1_024);
    const { handle } = _meta!["switchboard/handle"]!;
    const page = gateway.results.read(
      handle,
      { path: "length(structuredContent.output.text)" },
      PEER.principal,
    );
    expect(page.text).toBe("5000");
  });

  it("is every problem, a line each, when the plan fails its check, and nothing ran", async () => {
    const { plans, resultOf } = setUp();
    plans.answerChecks({
      ok: false,
      problems: [
        { severity: "error", step: "a", path: "/steps/0/tool", code: "unknown-tool", message: "?" },
        { severity: "error", path: "/output", code: "unknown-step", message: "!" },
      ],
    });
    const { content, structuredContent, isError } = await resultOf('{"steps":[]}');
    expect(isError).toBe(true);
    expect(content[0]?.text).toBe(
      "The plan is wrong.\n- step a /steps/0/tool: unknown-tool: ?\n- /output: unknown-step: !",
    );
    expect(structuredContent).toMatchObject({
      error: { code: "invalid-plan", problems: [{ step: "a" }, { path: "/output" }] },
    });
    expect(plans.runs).toHaveLength(0);
  });
});

describe("a dry run", () => {
  it("tells what the check found, and runs nothing", async () => {
    const { plans, resultOf } = setUp();
    const planned = {
      id: "a",
      tool: "s__a",
      dependsOn: [],
      stage: 0,
      estimateMs: 250,
      mayWrite: false,
    };
    plans.answerChecks({ steps: [planned], criticalPath: ["a"], estimateMs: 250.4 });
    const good = await resultOf('{"steps":[],"dryRun":true}');
    expect(good.content[0]?.text).toBe("The plan can run: 1 step, about 250 ms. Longest chain: a.");
    expect(good.structuredContent).toMatchObject({ ok: true, steps: [planned] });
    const problem = { severity: "error", path: "/steps", code: "cycle", message: "a → a" } as const;
    plans.answerChecks({ ok: false, problems: [problem] });
    const bad = await resultOf('{"plan":{"steps":[]},"dryRun":true}');
    expect(bad.isError).toBeUndefined();
    expect(bad.content[0]?.text).toBe("The plan cannot run; a problem:\n- /steps: cycle: a → a");
    expect(plans.runs).toHaveLength(0);
    expect(planText(plans.checks[0]!)).toBe('{"steps":[]}');
  });
});

describe("a plan under way", () => {
  it("tells its progress to a caller that asked for it", async () => {
    const { plans, run, gateway } = setUp();
    const heard: unknown[] = [];
    const onProgress: ToolCall["onProgress"] = (params) => heard.push(params.value());
    const answer = run('{"steps":[]}', { onProgress });
    await gateway.clock.advance(0);
    const [running] = plans.runs;
    running!.tell({ type: "plan.started", plan: "plan-1", steps: 2 });
    running!.tell({ type: "step.succeeded", step: step("a") });
    running!.end();
    await answer;
    expect(heard.at(-1)).toEqual({ progress: 1, total: 2, message: "a succeeded (1 of 2)" });
  });

  it("waits for a server that connects for the first time", async () => {
    const { plans, run, gateway, aborting } = setUp();
    gateway.fakeServers.set({ id: "crm", state: "connecting" });
    const answer = run('{"steps":[{"id":"a","tool":"crm__find"}]}');
    await gateway.clock.advance(9_000);
    expect(plans.runs).toHaveLength(0);
    await gateway.clock.advance(1_000);
    expect(plans.runs).toHaveLength(1);
    aborting.abort(new Error("left"));
    await answer;
  });

  it("is cancelled with its call, which is then not answered", async () => {
    const { plans, run, aborting, gateway } = setUp();
    const answer = run('{"steps":[]}');
    await gateway.clock.advance(0);
    aborting.abort(new Error("left"));
    expect(await answer).toEqual({ kind: "silent" });
    expect(plans.runs[0]!.cancelled).toBe(true);
  });

  it("belongs to the trace of its call", async () => {
    const { plans, run } = setUp();
    plans.endAtOnce();
    await run('{"steps":[]}', { traceId: "f".repeat(32) });
    expect(plans.runs[0]!.request.traceId).toBe("f".repeat(32));
  });
});

describe("the definition of execute_plan", () => {
  it("is short, and says that it may change things", () => {
    const { gateway } = setUp();
    const { tools } = createDiscoverySurface(gateway).listTools(PEER.principal, undefined);
    const text = tools
      .map((bytes) => Buffer.from(bytes).toString())
      .find((tool) => tool.includes('"execute_plan"'))!;
    expect(text.length).toBeLessThan(3_200);
    expect(JSON.parse(text)).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true },
      inputSchema: { type: "object", required: ["steps"] },
    });
  });
});
