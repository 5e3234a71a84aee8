import { createPlans, type DrainablePlans } from "../../../src/core/plans/create-plans.ts";
import type { CompiledPlan } from "../../../src/core/plans/compiled-plan.ts";
import {
  createCompositionRules,
  PLANS_DEFAULTS,
  type CompositionRule,
  type PlanEvent,
  type PlanReport,
  type PlanRequest,
  type PlanRun,
  type PlansOptions,
} from "../../../src/core/plans/index.ts";
import type { CallMeta, CallRequest, Outcome } from "../../../src/core/calls/index.ts";
import { Abort, type Cancellation } from "../../../src/kernel/abort.ts";
import type { GatewayError } from "../../../src/kernel/errors.ts";
import { createFakeClock, type FakeClock } from "../../../src/kernel/fake-clock.ts";
import { createSeededRandom } from "../../../src/kernel/random.ts";
import { toRawJson, type RawJson } from "../../../src/kernel/raw-json.ts";
import { principal } from "../fakes/principals.ts";
import { createRecordingLog, type RecordingLog } from "../fakes/recording-log.ts";
import { createRecordingMetrics, type RecordingMetrics } from "../fakes/recording-metrics.ts";

/** How a tool of the rig answers; the step's value by default says which tool was called. */
export interface Answer {
  /** Default: at once. */
  readonly afterMs?: number;
  readonly value?: unknown;
  readonly error?: GatewayError;
  /** The whole `tools/call` result. */
  readonly result?: unknown;
  readonly inputRequired?: boolean;
  /** Cancelled, though nobody told it to stop. */
  readonly cancelled?: boolean;
  readonly meta?: Partial<CallMeta>;
}

/** A call that a plan made, with when it began and ended on the rig's clock. */
export interface RigCall {
  readonly tool: string;
  readonly step: string;
  readonly args: unknown;
  readonly request: CallRequest;
  readonly startedMs: number;
  endedMs?: number;
  wasAborted?: boolean;
}

/** Plans over calls whose answers and times a test decides, on a clock that it moves. */
export interface PlanRig {
  readonly plans: DrainablePlans;
  readonly clock: FakeClock;
  readonly metrics: RecordingMetrics;
  readonly log: RecordingLog;
  readonly published: readonly { type: string; data: unknown }[];
  /** Every call that was made, in order. */
  readonly calls: readonly RigCall[];
  /** Calls under way now, and the most that ever were. */
  readonly underWay: { now: number; peak: number };
  on(tool: string, answer: Answer | ((call: RigCall) => Answer)): void;
  start(plan: CompiledPlan, request?: Partial<PlanRequest>, signal?: Cancellation): PlanRun;
  /** Starts a plan and moves the clock on until it has ended. */
  run(plan: CompiledPlan, request?: Partial<PlanRequest>): Promise<PlanReport>;
  /** Moves the clock on until a run has ended. */
  finish(run: PlanRun): Promise<PlanReport>;
}

export function createPlanRig(
  options: Partial<PlansOptions> = {},
  { rules = [] }: { rules?: readonly CompositionRule[] } = {},
): PlanRig {
  const [clock, log, metrics] = [createFakeClock(), createRecordingLog(), createRecordingMetrics()];
  const published: { type: string; data: unknown }[] = [];
  const calls: RigCall[] = [];
  const underWay = { now: 0, peak: 0 };
  const answers = new Map<string, Answer | ((call: RigCall) => Answer)>();
  const compiled = new Map<RawJson, CompiledPlan>();
  const catalog = { tool: () => undefined, server: () => undefined };

  async function call(request: CallRequest, signal: Cancellation): Promise<Outcome> {
    const { tool, origin } = request;
    const entry: RigCall = {
      tool,
      step: origin?.step ?? "",
      args: request.arguments.value(),
      request,
      startedMs: clock.monotonic(),
    };
    calls.push(entry);
    underWay.now += 1;
    underWay.peak = Math.max(underWay.peak, underWay.now);
    const said = answers.get(tool) ?? {};
    const answer = typeof said === "function" ? said(entry) : said;
    const isCancelled = await waits(answer.afterMs, signal, clock);
    underWay.now -= 1;
    entry.endedMs = clock.monotonic();
    entry.wasAborted = isCancelled;
    return outcomeOf(answer, entry, isCancelled);
  }

  const plans = createPlans(
    { ...PLANS_DEFAULTS, ...options },
    {
      compiler: {
        compile: (request) => ({ plan: compiled.get(request.plan)!, outline: [], problems: [] }),
      },
      rules: createCompositionRules(rules, { catalog }),
      calls: { call },
      catalog,
      events: { publish: (_, type, data) => void published.push({ type, data }) },
      metrics,
      log,
      clock,
      random: createSeededRandom(7),
    },
  );
  const rig: PlanRig = {
    plans,
    clock,
    metrics,
    log,
    published,
    calls,
    underWay,
    on: (tool, answer) => void answers.set(tool, answer),
    start(plan, request = {}, signal = new Abort()) {
      const text = toRawJson({});
      compiled.set(text, plan);
      return plans.start({ plan: text, principal: principal("p"), ...request }, signal);
    },
    run: (plan, request) => rig.finish(rig.start(plan, request)),
    async finish(run) {
      for (let turn = 0; run.report().status === "running"; turn++) {
        if (turn > 100_000) throw new Error(`plan ${run.id} does not end`);
        await clock.advance(clock.pending > 0 ? 1 : 0);
      }
      return run.ended;
    },
  };
  return rig;
}

/** What each step came to, in short: `{a: "succeeded"}`. */
export function statuses(report: PlanReport): Record<string, string> {
  return Object.fromEntries(report.steps.map(({ id, status }) => [id, status]));
}

/** The parsed value of a step. */
export function valueOf(report: PlanReport, id: string): unknown {
  return report.steps.find((step) => step.id === id)?.value?.value();
}

export function stepOf(report: PlanReport, id: string): PlanReport["steps"][number] {
  return report.steps.find((step) => step.id === id)!;
}

/** Everything that a run tells from its start on. */
export function eventsOf(run: PlanRun): PlanEvent[] {
  const events: PlanEvent[] = [];
  run.follow(0, (event) => events.push(event));
  return events;
}

/** Waits; whether it was aborted meanwhile. */
function waits(afterMs: number | undefined, signal: Cancellation, clock: FakeClock) {
  if (signal.aborted) return true;
  if (afterMs === undefined) return false;
  return new Promise<boolean>((resolve) => {
    const timer = clock.after(afterMs, () => resolve(false));
    signal.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      resolve(true);
    });
  });
}

function outcomeOf(answer: Answer, { tool }: RigCall, isCancelled: boolean): Outcome {
  const meta: CallMeta = {
    server: "s",
    tool,
    cache: "none",
    attempts: 1,
    circuit: "closed",
    durationMs: answer.afterMs ?? 0,
    traceId: "0".repeat(32),
    ...answer.meta,
  };
  if (isCancelled || answer.cancelled === true) return { kind: "cancelled", meta };
  if (answer.error !== undefined) return { kind: "failure", error: answer.error, meta };
  if (answer.inputRequired === true) return { kind: "input_required", body: toRawJson({}), meta };
  const { value = `${tool}!` } = answer;
  const result = answer.result ?? { content: [{ type: "text", text: JSON.stringify(value) }] };
  return { kind: "result", body: toRawJson(result), meta };
}
