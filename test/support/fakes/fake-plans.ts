import type {
  PlanCheck,
  PlanCheckRequest,
  PlanEvent,
  PlanReport,
  PlanRequest,
  PlanRun,
  Plans,
  StepReport,
} from "../../../src/core/plans/index.ts";
import { GatewayError } from "../../../src/kernel/errors.ts";

type Happening = PlanEvent extends infer Event
  ? Event extends PlanEvent
    ? Omit<Event, "id" | "atMs">
    : never
  : never;

/** A run that a test drives by hand. */
export interface FakePlanRun extends PlanRun {
  readonly request: PlanRequest;
  readonly cancelled: boolean;
  /** Tells an event to whoever follows. */
  tell(event: Happening): void;
  /** How many follow its events. */
  readonly followers: number;
  /** Changes the report as it is now. */
  change(changes: Partial<PlanReport>): void;
  /** Forgets the events up to this one. */
  forgetUntil(last: number): void;
  /** Lets a cancelled run go on until `end`. */
  endSlowly(): void;
  /** Ends the run as the report says, with its last event. */
  end(changes?: Partial<PlanReport>): void;
}

/** Plans that a test drives by hand. */
export interface FakePlans extends Plans {
  readonly checks: readonly PlanCheckRequest[];
  readonly runs: readonly FakePlanRun[];
  /** What the next checks answer, and whether starts are refused with it. */
  answerChecks(check: Partial<PlanCheck>): void;
  /** Ends every run as soon as it is started. */
  endAtOnce(changes?: Partial<PlanReport>): void;
}

export function createFakePlans(): FakePlans {
  const checks: PlanCheckRequest[] = [];
  const runs: FakePlanRun[] = [];
  let atOnce: Partial<PlanReport> | undefined;
  let check: PlanCheck = { ok: true, problems: [], steps: [], criticalPath: [], estimateMs: 0 };
  return {
    checks,
    runs,
    answerChecks(changes) {
      check = { ...check, ...changes };
    },
    endAtOnce(changes = {}) {
      atOnce = changes;
    },
    check(request) {
      checks.push(request);
      return check;
    },
    start(request, signal) {
      const { problems } = check;
      if (!check.ok) throw new GatewayError("invalid-plan", "The plan is wrong.", { problems });
      const run = createFakeRun(`plan-${runs.length + 1}`, request);
      runs.push(run);
      signal.addEventListener("abort", () => request.detach === true || run.cancel());
      if (atOnce !== undefined) run.end(atOnce);
      return run;
    },
    find(id, principal) {
      const run = runs.find((each) => each.id === id && each.request.principal === principal);
      if (run !== undefined) return run;
      throw new GatewayError("unknown-plan", `There is no plan "${id}".`, { plan: id });
    },
    list: (principal) =>
      runs
        .filter(({ request }) => request.principal === principal)
        .map((run) => {
          const { id, status, startedAt, wallMs, steps } = run.report();
          const counts: Partial<Record<StepReport["status"], number>> = {};
          for (const step of steps) counts[step.status] = (counts[step.status] ?? 0) + 1;
          return { id, status, startedAt, wallMs, steps: counts };
        })
        .toReversed(),
    get running() {
      return runs.filter((run) => run.report().status === "running").length;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function createFakeRun(id: string, request: PlanRequest): FakePlanRun {
  const told: PlanEvent[] = [];
  const listeners = new Set<(event: PlanEvent) => void>();
  let forgotten = 0;
  let cancelled = false;
  let isSlow = false;
  let report: PlanReport = {
    id,
    status: "running",
    steps: [],
    startedAt: 0,
    wallMs: 0,
    criticalPathMs: 0,
  };
  let resolve: (report: PlanReport) => void;
  const ended = new Promise<PlanReport>((done) => {
    resolve = done;
  });
  const run: FakePlanRun = {
    id,
    request,
    ended,
    get cancelled() {
      return cancelled;
    },
    get followers() {
      return listeners.size;
    },
    report: () => report,
    change(changes) {
      report = { ...report, ...changes };
    },
    forgetUntil(last) {
      forgotten = last;
    },
    endSlowly() {
      isSlow = true;
    },
    cancel() {
      if (report.status !== "running") return;
      cancelled = true;
      if (!isSlow) run.end({ status: "cancelled" });
    },
    follow(afterId, listener) {
      for (const event of told) if (event.id > Math.max(afterId, forgotten)) listener(event);
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    tell(happening) {
      const event = { ...happening, id: told.length + 1, atMs: told.length } as PlanEvent;
      told.push(event);
      for (const listener of listeners) listener(event);
    },
    end(changes = {}) {
      report = { ...report, status: "succeeded", ...changes };
      run.tell({ type: "plan.finished", report });
      resolve(report);
    },
  };
  run.tell({ type: "plan.started", plan: id, steps: 0 });
  return run;
}

/** A step as a report has it; by default one that succeeded. */
export function stepReport(id: string, changes: Partial<StepReport> = {}): StepReport {
  const times = { startedMs: 0, durationMs: 5 };
  return {
    id,
    tool: "users__search_users",
    status: "succeeded",
    attempts: 1,
    ...times,
    ...changes,
  };
}
