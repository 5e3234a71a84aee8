import { describe, expect, it } from "vitest";
import { checked, planned, ran, reported, unbegun } from "../../../../test/support/plan-answers.ts";
import { criticalSteps } from "../plans/critical-path.ts";
import { displayWidth } from "../text/display-width.ts";
import { createStyle } from "../text/style.ts";
import { renderPlanGraph } from "./plan-graph-view.ts";
import { countProblems, renderPlanProblems } from "./plan-problems-view.ts";
import { renderPlanSummary } from "./plan-summary.ts";
import { renderTimeline } from "./plan-timeline.ts";

const plain = createStyle(false);
const canvas = (width: number) => ({ width, style: plain });
const lines = (text: string): string[] => text.split("\n");

const DIAMOND = [
  planned("search", []),
  planned("notes", [], { estimateMs: 40 }),
  planned("get", ["search"], { stage: 1, estimateMs: 600 }),
  planned("other", ["search"], { stage: 1, estimateMs: 10 }),
  planned("join", ["notes", "get"], { stage: 2, estimateMs: 10 }),
  planned("update", ["join", "other"], { stage: 3, estimateMs: 400, mayWrite: true }),
];
const CHECK = checked(DIAMOND, {
  criticalPath: ["search", "get", "join", "update"],
  estimateMs: 1260,
});

describe("a plan's graph", () => {
  it("is a tree of stages, with the critical path marked and other waits named", () => {
    expect(lines(renderPlanGraph(CHECK, canvas(Infinity)))).toEqual([
      "STAGE     STEP          TOOL            ABOUT  WRITES  ALSO WAITS FOR",
      "    0  *  search        users__search  250 ms",
      "    1  *  ├ get         users__get     600 ms",
      "    2  *  │ └ join      users__join     10 ms          notes",
      "    3  *  │   └ update  users__update  400 ms  maybe   other",
      "    1     └ other       users__other    10 ms",
      "    0     notes         users__notes    40 ms",
      "",
      "* critical path: search → get → join → update",
      "6 steps in 4 stages: about 1.3 s, one after another 1.3 s.",
    ]);
  });

  it.each([120, 80, 63, 40, 24])("fits %i columns", (width) => {
    for (const line of lines(renderPlanGraph(CHECK, canvas(width)))) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it("of 10,000 steps side by side shows some and counts the rest", () => {
    const many = Array.from({ length: 9_998 }, (_, n) => planned(`s${n}`, ["first"], { stage: 1 }));
    const steps = [planned("first", []), ...many, planned("last", ["s7000"], { stage: 2 })];
    const critical = ["first", "s7000", "last"];
    const shown = lines(renderPlanGraph(checked(steps, { criticalPath: critical }), canvas(100)));
    expect(shown.length).toBeLessThan(20);
    expect(shown.join("\n")).toMatch(/\* {2}├ s7000 .*\n.*\* {2}│ └ last /);
    expect(shown.join("\n")).toContain("└ … 9,990 more steps");
  });

  it("of 10,000 steps in a row stays small, and names both ends", () => {
    const chain = Array.from({ length: 10_000 }, (_, n) =>
      planned(`s${n}`, n === 0 ? [] : [`s${n - 1}`], { stage: n }),
    );
    const criticalPath = chain.map(({ id }) => id);
    const text = renderPlanGraph(checked(chain, { criticalPath }), canvas(80));
    expect(lines(text).length).toBeLessThan(110);
    expect(text).toContain("… 9,900 more steps");
    expect(renderPlanGraph(checked(chain, { criticalPath }), canvas(Infinity))).toContain(
      "→ … → s9999 (10,000 steps)",
    );
  });
});

describe("a plan's problems", () => {
  const file = {
    name: "plan.yaml",
    place: (path: string) => (path.startsWith("/input") ? undefined : { line: 12, column: 5 }),
  };
  const problem = {
    severity: "error",
    step: "get",
    path: "/steps/1/tool",
    code: "unknown-tool",
    message: "There is no tool users__gte.",
  } as const;

  it("have their place, step, code and what is wrong", () => {
    const inInput = { ...problem, severity: "warning", path: "/input/id" } as const;
    const { step: _, ...whole } = { ...problem, path: "" };
    expect(lines(renderPlanProblems([problem, inInput, whole], file, canvas(80)))).toEqual([
      "plan.yaml:12:5: error in step get (unknown-tool)",
      "  There is no tool users__gte.",
      "plan.yaml:12:5: error (unknown-tool)",
      "  There is no tool users__gte.",
      "--input/id: warning in step get (unknown-tool)",
      "  There is no tool users__gte.",
    ]);
  });

  it("stand in the order of the file", () => {
    const at = (line: number, column: number) => ({ ...problem, path: `${line}:${column}` });
    const place = (path: string) => {
      const [line = 0, column = 0] = path.split(":").map(Number);
      return { line, column };
    };
    const more = { ...problem, path: "0:0", code: "more-problems" } as const;
    const mixed = [at(9, 1), more, at(2, 7), at(2, 3)];
    const shown = lines(renderPlanProblems(mixed, { name: "f", place }, canvas(80)));
    const places = shown.filter((line) => line.startsWith("f:")).map((line) => line.split(": ")[0]);
    expect(places).toEqual(["f:2:3", "f:2:7", "f:9:1", "f:0:0"]);
  });

  it("are counted without the one that stands for those left out", () => {
    const more = { ...problem, code: "more-problems" } as const;
    const warning = { ...problem, severity: "warning" } as const;
    expect(countProblems([problem, warning, problem])).toBe("2 errors, 1 warning");
    expect(countProblems([...Array.from({ length: 1_000 }, () => problem), more])).toBe(
      "more than 1,000 errors",
    );
  });

  it("are told up to a hundred", () => {
    const many = Array.from({ length: 5_000 }, () => problem);
    const shown = lines(renderPlanProblems(many, file, canvas(80)));
    expect(shown).toHaveLength(201);
    expect(shown.at(-1)).toBe("… and 4,900 more problems; --json tells all.");
  });
});

describe("a plan's critical path", () => {
  it("is the chain that really took longest", () => {
    const steps = { search: ran(0, 100), notes: ran(0, 900), get: ran(100, 100) };
    const critical = criticalSteps(DIAMOND, {
      ...steps,
      other: ran(100, 50),
      join: ran(900, 10),
      update: ran(910, 5),
    });
    expect([...critical].toSorted()).toEqual(["join", "notes", "update"]);
  });

  it("goes through what stood in for a failed step", () => {
    const steps = [planned("a", []), planned("b", ["a"]), planned("c", ["a"]), planned("d", [])];
    const failed = ran(0, 10, { status: "failed", fallback: { step: "b" } });
    const critical = criticalSteps(steps, {
      a: failed,
      b: ran(10, 4),
      c: ran(14, 5),
      d: ran(0, 18),
    });
    expect([...critical]).toEqual(["c", "b", "a"]);
  });

  it("is found in a chain of 10,000 steps", () => {
    const steps = Array.from({ length: 10_000 }, (_, n) =>
      planned(`s${n}`, n === 0 ? [] : [`s${n - 1}`]),
    );
    const reports = Object.fromEntries(steps.map(({ id }, n) => [id, ran(n, 1)]));
    expect(criticalSteps(steps, reports).size).toBe(10_000);
    expect(criticalSteps(steps.toReversed(), reports).size).toBe(10_000);
  });

  it("is nothing where nothing ran or the order is not known", () => {
    expect(criticalSteps(DIAMOND, { search: unbegun("pending") }).size).toBe(0);
    expect(criticalSteps([], { search: ran(0, 5) }).size).toBe(0);
  });
});

describe("a plan's timeline", () => {
  const REPORT = reported(
    {
      audit: unbegun("skipped", { reason: "when is false" }),
      search: ran(0, 250),
      notes: ran(0, 40, { cache: "l1" }),
      get: ran(250, 500, { items: { total: 50, succeeded: 49, failed: 1 } }),
      update: ran(750, 250, {
        status: "failed",
        attempts: 2,
        error: { code: "tool-error", message: "Conflict: 名前が既にあります。" },
      }),
    },
    { status: "failed", wallMs: 1000 },
  );
  const critical = new Set(["search", "get", "update"]);

  it("draws bars over the plan's time, in the order in which steps began", () => {
    expect(lines(renderTimeline(REPORT, critical, canvas(80)))).toEqual([
      "          0                            1.0 s",
      "* search  █████████                           250 ms",
      "  notes   █                                    40 ms  cache l1",
      "* get             ██████████████████          500 ms  50 items, 1 failed",
      "* update                           ░░░░░░░░░  250 ms  failed, tool-error, 2 att…",
      "  audit                                               skipped, when is false",
    ]);
  });

  it.each([200, 120, 80, 60, 40, 30, 20])("fits %i columns", (width) => {
    for (const line of lines(renderTimeline(REPORT, critical, canvas(width)))) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it("keeps wide characters within its columns", () => {
    const reason = "条件が偽なので、この手順は飛ばされました。".repeat(3);
    const report = reported({ a: ran(0, 10), b: unbegun("skipped", { reason }) });
    for (const line of lines(renderTimeline(report, new Set(), canvas(60)))) {
      expect(displayWidth(line)).toBeLessThanOrEqual(60);
    }
  });

  it("shows even the shortest step, and one that still runs to the end", () => {
    const { durationMs: _, ...running } = ran(400, 0, { status: "running" });
    const report = reported({ a: ran(999, 0.1), b: running }, { wallMs: 1000, status: "running" });
    const [, second = "", first = ""] = lines(renderTimeline(report, new Set(), canvas(60)));
    expect(first).toMatch(/a {2} +█ {2}/);
    expect(second).toMatch(/▒{10,}/);
  });

  it("of 10,000 steps shows what matters: failures, the critical path, the longest", () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`s${n}`, ran(n, n === 5_000 ? 900 : 1)]),
    );
    const steps = { ...many, s77: ran(77, 1, { status: "failed" }) };
    const shown = lines(renderTimeline(reported(steps), new Set(["s4"]), canvas(80)));
    expect(shown).toHaveLength(42);
    expect(shown.at(-1)).toBe("… and 9,960 more steps");
    for (const id of ["  s77 ", "* s4 ", "  s5000 "]) expect(shown.join("\n")).toContain(`\n${id}`);
  });
});

describe("a plan's summary", () => {
  it("compares the time with its bounds", () => {
    const report = reported(
      { a: ran(0, 100), b: ran(0, 300), c: ran(0, 200) },
      { criticalPathMs: 290 },
    );
    expect(renderPlanSummary(report, canvas(100))).toBe(
      "Succeeded in 300 ms · critical path 290 ms · 2.0× as fast as one step after another (600 ms)",
    );
    expect(renderPlanSummary(reported({ a: ran(0, 5) }), canvas(100))).toBe(
      "Succeeded in 5 ms · critical path 5 ms",
    );
  });

  it("tells what failed and what was undone, and what was not", () => {
    const error = { code: "tool-error", message: "Conflict." };
    const undone = { tool: "users__delete_user", durationMs: 12 } as const;
    const report = reported(
      {
        a: ran(0, 10, { status: "compensated", compensation: { ...undone, status: "succeeded" } }),
        b: ran(0, 10, { compensation: { ...undone, status: "failed", error } }),
        c: ran(10, 10, { status: "failed", error }),
      },
      { status: "failed", error: { code: "deadline-exceeded", message: "Too late." } },
    );
    expect(lines(renderPlanSummary(report, canvas(100))).slice(1)).toEqual([
      "  deadline-exceeded: Too late.",
      "  c failed (tool-error): Conflict.",
      "  a undone by users__delete_user in 12 ms",
      "  b NOT UNDONE: users__delete_user failed (tool-error): Conflict.",
    ]);
  });

  it("names what was cancelled and what never began, up to ten of each", () => {
    const pending = Object.fromEntries(
      Array.from({ length: 9_999 }, (_, n) => [`s${n}`, unbegun("pending")]),
    );
    const steps = { a: ran(0, 5, { status: "cancelled" }), b: unbegun("cancelled"), ...pending };
    expect(lines(renderPlanSummary(reported(steps, { status: "cancelled" }), canvas(200)))).toEqual(
      [
        "Cancelled in 5 ms · critical path 5 ms",
        "  cancelled: a",
        "  not begun: b, s0, s1, s2, s3, s4, s5, s6, s7, s8 and 9,990 more steps",
      ],
    );
  });

  it("tells in full why steps were skipped, each reason once", () => {
    const reason =
      "It comes after fetch_the_whole_list, which failed in a way that fails the plan.";
    const skipped = unbegun("skipped", { reason });
    const steps = { a: skipped, b: unbegun("skipped", { reason: "Its when." }), c: skipped };
    expect(lines(renderPlanSummary(reported(steps), canvas(200))).slice(1)).toEqual([
      `  skipped: a, c: ${reason}`,
      "  skipped: b: Its when.",
    ]);
  });

  it("says of a partial plan which steps failed all the same", () => {
    const error = { code: "tool-error", message: "No\nluck." };
    const report = reported(
      {
        a: ran(0, 5, { status: "failed", error, fallback: "value" }),
        b: ran(0, 5),
        c: ran(0, 5, { status: "failed", error, fallback: { step: "b" } }),
      },
      { status: "partial" },
    );
    expect(renderPlanSummary(report, canvas(100))).toContain(
      "Partly succeeded in 5 ms · critical path 5 ms · 3.0× as fast as one step after another (15 ms)\n" +
        "  a failed (tool-error): No luck. (its fallback value stands in)\n" +
        "  c failed (tool-error): No luck. (b stands in)",
    );
  });
});
