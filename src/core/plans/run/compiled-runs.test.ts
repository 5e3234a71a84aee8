import { describe, expect, it } from "vitest";
import { createPlanBench, type PlanTool } from "../../../../test/support/plans/compile-plan.ts";
import {
  createPlanRig,
  statuses,
  stepOf,
  type PlanRig,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { CompiledPlan } from "../compiled-plan.ts";

const READS = { annotations: { readOnlyHint: true } } as const;
const TOOLS: readonly PlanTool[] = [
  { server: "users", name: "search", ...READS },
  { server: "users", name: "get", ...READS },
  {
    server: "users",
    name: "add",
    outputSchema: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
  },
  { server: "users", name: "delete" },
  { server: "mail", name: "send" },
];
const bench = createPlanBench({ tools: TOOLS });
const broken = new GatewayError("internal", "It broke.", {});

function compile(plan: object): CompiledPlan {
  const { plan: compiled, problems } = bench.compile(plan);
  if (compiled === undefined) throw new Error(JSON.stringify(problems));
  return compiled;
}

function usersRig(): PlanRig {
  const rig = createPlanRig();
  rig.on("users__search", { value: { ids: [3, 1, 2] }, afterMs: 10 });
  rig.on("users__get", ({ args }) => {
    const { id } = args as { id: number };
    return { value: { id, name: `user ${id}` }, afterMs: 10 * id };
  });
  rig.on("users__add", ({ args }) => {
    const { name } = args as { name: string };
    return name === "bad"
      ? { error: broken }
      : { result: { content: [], structuredContent: { id: name.length } } };
  });
  return rig;
}

describe("a plan as it is written", () => {
  it("runs from its first search to its output", async () => {
    const rig = usersRig();
    const report = await rig.run(
      compile({
        input: { city: "London" },
        steps: [
          {
            id: "found",
            tool: "users__search",
            arguments: { query: "${input.city}" },
          },
          {
            id: "all",
            tool: "users__get",
            forEach: "${steps.found.ids}",
            arguments: { id: "${item}" },
          },
          {
            id: "note",
            tool: "mail__send",
            when: "length(steps.all) > `2`",
            arguments: { text: "${length(steps.all)} in ${input.city}" },
          },
          {
            id: "none",
            tool: "mail__send",
            when: "length(steps.all) > `9`",
            arguments: { text: "never" },
          },
        ],
        output: { names: "${steps.all[*].name}", sent: "${steps.note}" },
      }),
    );
    expect(report).toMatchObject({ status: "succeeded", wallMs: 40, criticalPathMs: 40 });
    expect(report.output?.value()).toEqual({
      names: ["user 3", "user 1", "user 2"],
      sent: "mail__send!",
    });
    expect(rig.calls[0]?.args).toEqual({ query: "London" });
    expect(rig.calls.at(-1)?.args).toEqual({ text: "3 in London" });
    expect(statuses(report)).toMatchObject({ none: "skipped" });
  });

  it("undoes the items that it made, each by its own value", async () => {
    const rig = usersRig();
    const report = await rig.run(
      compile({
        steps: [
          {
            id: "made",
            tool: "users__add",
            forEach: { items: ["a", "bb", "bad", "dddd"], concurrency: 1 },
            arguments: { name: "${item}" },
            compensate: { tool: "users__delete", arguments: { id: "${steps.made.id}" } },
          },
        ],
      }),
    );
    expect(report.status).toBe("failed");
    const deleted = rig.calls.filter(({ tool }) => tool === "users__delete");
    expect(deleted.map(({ args }) => args)).toEqual([{ id: 2 }, { id: 1 }]);
  });

  it("keeps writes to one server in order, a fallback in the place of what it stands in for", async () => {
    const rig = usersRig();
    rig.on("users__delete", { error: broken, afterMs: 5 });
    rig.on("users__add", { afterMs: 5 });
    const report = await rig.run(
      compile({
        steps: [
          {
            id: "drop",
            tool: "users__delete",
            arguments: {},
            onError: { fallbackStep: "instead" },
          },
          { id: "next", tool: "users__delete", arguments: {}, onError: "continue" },
          { id: "instead", tool: "users__add", arguments: { name: "x" } },
          { id: "free", tool: "mail__send", arguments: { text: "${steps.drop || 'nothing'}" } },
        ],
      }),
    );
    expect(rig.calls.map(({ step, startedMs }) => [step, startedMs])).toEqual([
      ["drop", 0],
      ["instead", 5],
      ["next", 10],
      ["free", 10],
    ]);
    expect(report.status).toBe("partial");
    expect(stepOf(report, "drop")).toMatchObject({
      status: "failed",
      fallback: { step: "instead" },
    });
  });

  it("fails a step whose reference finds nothing, and says which", async () => {
    const rig = usersRig();
    const report = await rig.run(
      compile({
        steps: [
          { id: "found", tool: "users__search", arguments: {} },
          { id: "get", tool: "users__get", arguments: { id: "${steps.found.nope}" } },
        ],
      }),
    );
    expect(stepOf(report, "get").error).toMatchObject({ code: "reference-empty" });
    expect(stepOf(report, "get").startedMs).toBe(10);
  });
});
