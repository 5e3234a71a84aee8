import { toRawJson } from "../../../src/kernel/raw-json.ts";
import { idOf } from "../upstream-rig.ts";
import type {
  CompiledPlan,
  CompiledStep,
  DependencyKind,
  OnError,
  PlannedCall,
  PlanScope,
  Template,
} from "../../../src/core/plans/compiled-plan.ts";

/** What of a step matters to a test; the rest is made up. */
export interface StepSketch {
  readonly id: string;
  /** Default: the step's id, on server `s`. */
  readonly tool?: string;
  readonly server?: string;
  readonly mayWrite?: boolean;
  /** Whom it waits for; a plain list means `data`. */
  readonly after?: readonly string[] | Readonly<Record<string, DependencyKind>>;
  /** What it is called with; default an object of the values that it waits for. */
  readonly args?: (scope: PlanScope) => unknown;
  readonly when?: (scope: PlanScope) => boolean;
  /** Ids of the steps whose values `when` reads. */
  readonly whenReads?: readonly string[];
  readonly forEach?: (scope: PlanScope) => unknown;
  readonly itemConcurrency?: number;
  readonly onError?:
    | "fail"
    | "continue"
    | { value: (scope: PlanScope) => unknown }
    | { step: string };
  readonly retry?: CompiledStep["retry"];
  readonly timeoutMs?: number;
  readonly cache?: CompiledStep["cache"];
  readonly compensate?: { tool: string; args?: (scope: PlanScope) => unknown };
}

/** A plan as the compiler would make it. */
export function planOf(
  sketches: readonly StepSketch[],
  more: Partial<Omit<CompiledPlan, "output">> & { output?: (scope: PlanScope) => unknown } = {},
): CompiledPlan {
  const { output, ...rest } = more;
  const positions = new Map(sketches.map(({ id }, position) => [id, position]));
  return {
    steps: sketches.map((sketch, position) => stepOf(sketch, position, { sketches, positions })),
    input: toRawJson({}),
    ...(output && { output: template(output) }),
    concurrency: 10_000,
    timeoutMs: 600_000,
    ...rest,
  };
}

export function template(
  render: (scope: PlanScope) => unknown,
  reads: readonly string[] = [],
): Template {
  return { reads, render: (scope) => toRawJson(render(scope)) };
}

/** The parsed value of a step, for templates of tests. */
export function read(scope: PlanScope, step: string): unknown {
  return scope.valueOf(step)?.value();
}

interface Sketches {
  readonly sketches: readonly StepSketch[];
  readonly positions: ReadonlyMap<string, number>;
}

function stepOf(sketch: StepSketch, position: number, all: Sketches): CompiledStep {
  const { id, when, forEach, itemConcurrency, retry, timeoutMs, cache, compensate } = sketch;
  const after = kindsOf(sketch);
  const primary = all.sketches.findIndex(
    ({ onError }) => typeof onError === "object" && "step" in onError && onError.step === id,
  );
  const reads = Object.keys(after);
  const args =
    sketch.args ?? ((scope) => Object.fromEntries(reads.map((from) => [from, read(scope, from)])));
  return {
    id,
    pointer: `/steps/${position}`,
    ...callOf(sketch, args, reads),
    dependencies: Object.entries(after).map(([from, kind]) => ({
      step: all.positions.get(from)!,
      kind,
    })),
    ...(primary >= 0 && { fallbackFor: primary }),
    ...(when && { when: { reads: sketch.whenReads ?? [], holds: when } }),
    ...(forEach && {
      forEach: {
        items: template(forEach),
        ...(itemConcurrency !== undefined && { concurrency: itemConcurrency }),
      },
    }),
    onError: onErrorOf(sketch, all),
    ...(retry && { retry }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(cache && { cache }),
    ...(compensate && {
      compensate: callOf(
        { id, mayWrite: true, ...compensate },
        compensate.args ?? (() => ({ undo: id })),
        [],
      ),
    }),
  };
}

function kindsOf({ after = {} }: StepSketch): Readonly<Record<string, DependencyKind>> {
  if (!Array.isArray(after)) return after as Readonly<Record<string, DependencyKind>>;
  return Object.fromEntries((after as readonly string[]).map((id) => [id, "data" as const]));
}

function callOf(
  { id, tool = id, server = "s", mayWrite = false }: StepSketch,
  args: (scope: PlanScope) => unknown,
  reads: readonly string[],
): PlannedCall {
  return { tool, server: idOf(server), mayWrite, arguments: template(args, reads) };
}

function onErrorOf({ onError = "fail" }: StepSketch, { positions }: Sketches): OnError {
  if (typeof onError === "string") return { kind: onError };
  if ("value" in onError) return { kind: "value", value: template(onError.value) };
  return { kind: "step", step: positions.get(onError.step)! };
}
