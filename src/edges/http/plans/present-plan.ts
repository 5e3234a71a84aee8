import type { PlanReport, PlanRun } from "../../../core/plans/index.ts";
import { jsonAnswer, type Answer } from "../answer.ts";
import type { EventStream, LastEvent } from "../event-stream.ts";
import {
  writeFinished,
  writePlan,
  writePlanEvent,
  type PlanFinished,
  type PlanWriting,
} from "./plan-json.ts";
import { createAnswerValues, createEventValues, type ValueGuard } from "./plan-values.ts";
import { relayPlan } from "./relay-plan.ts";

/** Who is told of a plan, and what of it. */
export interface PlanAudience extends ValueGuard, Omit<PlanWriting, "values"> {}

/** A report as an answer. */
export function toPlanAnswer(report: PlanReport, audience: PlanAudience, status = 200): Answer {
  const values = createAnswerValues(audience);
  return jsonAnswer(writePlan(report, { ...audience, values }), status);
}

/** Passes a run's events on to a stream, as `relayPlan`. */
export function tellPlan(
  run: PlanRun,
  stream: EventStream,
  { afterId, ...audience }: PlanAudience & { readonly afterId: number },
): Promise<PlanFinished | undefined> {
  const writing = { ...audience, values: createEventValues(audience) };
  return relayPlan(run, stream, { afterId, write: (event) => writePlanEvent(event, writing) });
}

/** The last event of a stream, with the whole answer; it has no number where no run was followed. */
export function toFinishedEvent(event: PlanFinished | undefined, { body }: Answer): LastEvent {
  const type = "plan.finished";
  const data = writeFinished(event ?? { type }, body);
  return event === undefined ? { event: type, data } : { event: type, data, id: event.id };
}

/** Where a plan can be asked for. */
export function planLocation(run: PlanRun): string {
  return `/v1/plans/${run.id}`;
}
