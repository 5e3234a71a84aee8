import { describe, expect, it } from "vitest";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";
import type { PlanReport, StepReport } from "../plan-report.ts";
import { problemLines, reportLines } from "./report-lines.ts";
import { refusalResult, reportResult } from "./report-result.ts";
import { reportValue } from "./report-value.ts";

const json = (text: string) => rawJson(Buffer.from(text));
const step = (id: string, more: Partial<StepReport> = {}): StepReport => ({
  id,
  tool: `s__${id}`,
  status: "succeeded",
  attempts: 1,
  ...more,
});
const report = (changes: Partial<PlanReport>): PlanReport => ({
  id: "plan-1",
  status: "succeeded",
  steps: [],
  startedAt: 0,
  wallMs: 5,
  criticalPathMs: 5,
  ...changes,
});
const textOf = (changes: Partial<PlanReport>) =>
  Buffer.from(reportResult(report(changes), "composites__x").bytes).toString();
const resultOf = (changes: Partial<PlanReport>) =>
  reportResult(report(changes), "composites__x").value() as {
    content: { type: string; text: string }[];
    structuredContent?: unknown;
    isError?: boolean;
    _meta: Record<string, unknown>;
  };

describe("the result of a composite tool", () => {
  it("is the plan's output, its bytes unchanged", () => {
    const output = '{ "n": 12345678901234567890.10 }';
    expect(textOf({ output: json(output) })).toContain(`"structuredContent":${output}`);
    expect(resultOf({ output: json(output) }).content).toEqual([{ type: "text", text: output }]);
  });

  it("is text alone where the output is no object", () => {
    for (const [output, text] of [
      ['"Hello \\"you\\""', 'Hello "you"'],
      ["[1, 2]", "[1, 2]"],
      ["null", "null"],
    ] as const) {
      const result = resultOf({ output: json(output) });
      expect(result.content).toEqual([{ type: "text", text }]);
      expect(result.structuredContent).toBeUndefined();
    }
  });

  it("is the values of the steps where the plan has no output", () => {
    const steps = [
      step("a", { value: json("1.0") }),
      step("b", { status: "skipped" }),
      step("__proto__", { value: json("{}") }),
    ];
    expect(textOf({ steps })).toContain('"structuredContent":{"a":1.0,"__proto__":{}}');
  });

  it("says in its meta which plan it was, and what did not go as written", () => {
    const failed = step("a", { status: "failed", error: { code: "tool-error", message: "No." } });
    const { _meta, isError } = resultOf({ status: "partial", output: json("{}"), steps: [failed] });
    expect(isError).toBeUndefined();
    expect(_meta).toEqual({
      "switchboard/plan": {
        id: "plan-1",
        status: "partial",
        notes: ["- a (s__a) failed: tool-error: No."],
      },
    });
  });

  it("is an error that names what failed, when the plan failed or was cancelled", () => {
    const steps = [
      step("a"),
      step("b", { status: "failed", error: { code: "deadline-exceeded", message: "Too slow." } }),
      step("c", { status: "skipped", reason: "b failed" }),
    ];
    const failed = resultOf({ status: "failed", steps });
    expect(failed.isError).toBe(true);
    expect(failed.content[0]?.text).toBe(
      'The plan behind "composites__x" failed.\n- b (s__b) failed: deadline-exceeded: Too slow.\n- c (s__c) skipped: b failed',
    );
    expect(resultOf({ status: "cancelled" }).content[0]?.text).toContain("was cancelled");
  });

  it("can be a refusal", () => {
    expect(refusalResult(["No.", "- why"]).value()).toEqual({
      content: [{ type: "text", text: "No.\n- why" }],
      isError: true,
    });
  });
});

describe("the value of a plan", () => {
  it("has nothing of steps that were undone", () => {
    const undone = { tool: "s__undo", status: "succeeded", durationMs: 1 } as const;
    const steps = [
      step("a", { value: json("1"), status: "compensated", compensation: undone }),
      step("b", { value: json("2"), compensation: { ...undone, status: "failed" } }),
    ];
    expect(reportValue(report({ status: "failed", steps })).value()).toEqual({ b: 2 });
  });
});

describe("the lines about a plan", () => {
  it("tell the plan's own failure, what was not undone, items, fallbacks and what was undone", () => {
    const steps = [
      step("each", { items: { total: 5, succeeded: 3, failed: 2 } }),
      step("soft", { fallback: "value" }),
      step("other", { fallback: { step: "spare" } }),
      step("undone", {
        status: "compensated",
        compensation: { tool: "s__undo", status: "succeeded", durationMs: 1 },
      }),
      step("left", {
        compensation: {
          tool: "s__undo",
          status: "failed",
          error: { code: "tool-error", message: "Gone." },
          durationMs: 1,
        },
      }),
    ];
    const error = { code: "deadline-exceeded", message: "Too slow." } as const;
    expect(reportLines(report({ error, steps }))).toEqual([
      "- the plan: deadline-exceeded: Too slow.",
      "- left (s__left) succeeded; NOT UNDONE: s__undo failed: tool-error: Gone.",
      "- each (s__each) succeeded; 2 of 5 items failed",
      "- soft (s__soft) succeeded; its value is its fallbackValue",
      "- other (s__other) succeeded; its value is that of spare",
      "- undone (s__undone) compensated; undone by s__undo",
    ]);
  });

  it("are bounded", () => {
    const steps = Array.from({ length: 80 }, (_, at) => step(`s${at}`, { status: "skipped" }));
    const lines = reportLines(report({ steps }));
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe("- and 30 more");
  });

  it("tell problems by step, pointer, code and message", () => {
    const problem = { severity: "error", path: "/steps/0/tool", code: "unknown-tool" } as const;
    const whole = {
      severity: "warning",
      path: "",
      code: "limit-reduced",
      message: "Less.",
    } as const;
    expect(problemLines([{ ...problem, step: "a", message: "No such tool." }, whole])).toEqual([
      "- step a /steps/0/tool: unknown-tool: No such tool.",
      "- plan: limit-reduced (warning): Less.",
    ]);
    expect(toRawJson(problemLines([])).value()).toEqual([]);
  });
});
