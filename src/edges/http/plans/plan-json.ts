import type { RawJson } from "../../../kernel/raw-json.ts";
import type { PlanEvent, PlanReport, StepReport } from "../../../core/plans/index.ts";
import { withMembers } from "../../../mcp/splice.ts";
import type { PlanValues, ValuesWanted } from "./plan-values.ts";

/** How a report is written: who guards its values, which steps, and whether with their values. */
export interface PlanWriting {
  readonly values: PlanValues;
  readonly wanted: ValuesWanted;
  /** Ids of the steps that are written; default all. */
  readonly steps?: ReadonlySet<string>;
}

/**
 * A report as the API gives it: steps by id, in written order; outputs and values are the bytes
 * that the tools gave.
 */
export function writePlan(report: PlanReport, writing: PlanWriting): Buffer {
  const { output, steps, ...plain } = report;
  const shownOutput = showValue(output, writing.values);
  const written = steps.filter(({ id }) => writing.steps?.has(id) ?? true);
  return Buffer.concat([
    ...openObject(plain, shownOutput, "output"),
    Buffer.from(',"steps":{'),
    ...written.flatMap((step, index) => [
      Buffer.from(`${index === 0 ? "" : ","}${JSON.stringify(step.id)}:`),
      ...writeStep({ ...step, id: undefined }, writing),
    ]),
    Buffer.from("}}"),
  ]);
}

/** What happens between the beginning and the end. */
export type EarlierEvent = Exclude<PlanEvent, PlanFinished>;

/** The last event of a plan. */
export type PlanFinished = Extract<PlanEvent, { readonly type: "plan.finished" }>;

/** An event as the API gives it. */
export function writePlanEvent(event: EarlierEvent, writing: PlanWriting): Uint8Array {
  if (event.type === "plan.started") return Buffer.from(JSON.stringify(event));
  const { step, ...plain } = event;
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(plain).slice(0, -1)},"step":`),
    ...writeStep(step, writing),
    Buffer.from("}"),
  ]);
}

/** The last event, which holds the whole answer as its `report`. */
export function writeFinished(
  event: Pick<PlanFinished, "type"> & Partial<PlanFinished>,
  answer: Uint8Array,
): Buffer {
  const { id, atMs, type } = event;
  return withMembers(Buffer.from(JSON.stringify({ id, atMs, type })), { report: answer });
}

type WrittenStep = Omit<StepReport, "id"> & { readonly id?: string | undefined };

function writeStep(
  { value, ...plain }: WrittenStep,
  { values, wanted }: PlanWriting,
): Uint8Array[] {
  const shown = showValue(wanted === "none" ? undefined : value, values);
  return [...openObject(plain, shown, "value"), Buffer.from("}")];
}

interface Shown {
  readonly value?: Uint8Array;
  readonly withheld?: object;
}

function showValue(value: RawJson | undefined, values: PlanValues): Shown {
  return value === undefined ? {} : values.show(value);
}

/** The plain members and those shown, with the object still open. */
function openObject(plain: object, shown: Shown, key: "value" | "output"): Uint8Array[] {
  const { value, withheld } = shown;
  const head = JSON.stringify({ ...plain, withheld }).slice(0, -1);
  if (value === undefined) return [Buffer.from(head)];
  return [Buffer.from(`${head},"${key}":`), value];
}
