import type {
  PlanAnswer,
  PlanCheckAnswer,
  PlannedStep,
  StepAnswer,
} from "../../src/edges/cli/plans/answers.ts";

/** Answers of the API about plans, as tests of the command line need them. */

/** A step that waits for the given ones. */
export function planned(
  id: string,
  dependsOn: readonly string[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  const rest = { stage: 0, estimateMs: 250, mayWrite: false, ...more };
  return { id, tool: `users__${id}`, dependsOn: [...dependsOn], ...rest };
}

/** What a check answers for `steps`. */
export function checked(
  steps: readonly PlannedStep[],
  more: Partial<PlanCheckAnswer> = {},
): PlanCheckAnswer {
  return { ok: true, problems: [], criticalPath: [], estimateMs: 0, ...more, steps: [...steps] };
}

/** A step that ran from one moment to another. */
export function ran(
  startedMs: number,
  durationMs: number,
  more: Partial<StepAnswer> = {},
): StepAnswer {
  const rest = { status: "succeeded", tool: "users__x", attempts: 1, ...more } as const;
  return { startedMs, durationMs, ...rest };
}

/** A step that never began. */
export function unbegun(status: StepAnswer["status"], more: Partial<StepAnswer> = {}): StepAnswer {
  return { status, tool: "users__x", attempts: 0, ...more };
}

/** How a plan with these steps went. */
export function reported(
  steps: Readonly<Record<string, StepAnswer>>,
  more: Partial<PlanAnswer> = {},
): PlanAnswer {
  const ends = Object.values(steps).map(
    ({ startedMs = 0, durationMs = 0 }) => startedMs + durationMs,
  );
  const wallMs = Math.max(0, ...ends);
  const rest = {
    id: "p1",
    status: "succeeded",
    startedAt: 0,
    wallMs,
    criticalPathMs: wallMs,
  } as const;
  return { ...rest, ...more, steps };
}

/** An event as it stands in the stream. */
export function event(type: string, data: object, id = 1): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, atMs: 0, type, ...data })}\n\n`;
}
