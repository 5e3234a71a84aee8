import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Calls, Outcome } from "../calls/index.ts";
import type { Catalog, Tool } from "../catalog/index.ts";
import type { EventLog } from "../events/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { CompiledPlan, CompositionRules, PlanCompiler } from "./compiled-plan.ts";
import type { PlansOptions } from "./options.ts";
import type { PlanReport, PlanSummary } from "./plan-report.ts";
import type { PlanCheck, PlanCheckRequest, PlanRequest, PlanRun, Plans } from "./plans.ts";
import { createPlanMetrics, type PlanMetrics } from "./run/plan-metrics.ts";
import { PlanRunner } from "./run/plan-runner.ts";
import { RunRegistry } from "./run/run-registry.ts";
import { createLatencyModel, type LatencyModel } from "./schedule/latency-model.ts";
import { planSchedule } from "./schedule/planned-steps.ts";
import { createSharedSlots, type SharedSlots } from "./schedule/shared-slots.ts";

export interface PlansDeps {
  readonly compiler: PlanCompiler;
  readonly rules: CompositionRules;
  readonly calls: Pick<Calls, "call">;
  readonly catalog: Pick<Catalog, "tool">;
  readonly events: Pick<EventLog, "publish">;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Plans as whoever wires them has them. */
export interface DrainablePlans extends Plans {
  /** Takes note of how long a call took, whoever made it: what plans are ordered and estimated by. */
  learn(tool: Tool, outcome: Outcome): void;
  /**
   * Refuses new plans, and resolves when those under way have ended. For half of `graceMs` they may
   * end by themselves; then they are cancelled, and what they have done is undone, as far as the
   * other half allows.
   */
  drain(graceMs: number): Promise<void>;
}

/** How long plans that are cancelled by disposing may take to undo what they did, in milliseconds. */
const DISPOSE_GRACE_MS = 3_000;

/** Makes the plans feature. Disposing cancels what still runs and waits for it to end. */
export function createPlans(options: PlansOptions, deps: PlansDeps): DrainablePlans {
  return new RunningPlans(options, deps);
}

class RunningPlans implements DrainablePlans {
  readonly #options: PlansOptions;
  readonly #deps: PlansDeps;
  readonly #registry: RunRegistry;
  readonly #slots: SharedSlots;
  readonly #latencies: LatencyModel;
  readonly #metrics: PlanMetrics;
  #isStopping = false;

  constructor(options: PlansOptions, deps: PlansDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#registry = new RunRegistry(options, deps);
    this.#slots = createSharedSlots(options.maxConcurrency);
    this.#latencies = createLatencyModel(options, deps);
    this.#metrics = createPlanMetrics(deps.metrics, { running: () => this.running });
  }

  get running(): number {
    return this.#registry.running;
  }

  check(request: PlanCheckRequest): PlanCheck {
    const compilation = this.#deps.compiler.compile(request);
    const { plan, problems } = compilation;
    const { concurrency, serverConcurrency: laneConcurrency } = this.#options;
    const limits = { concurrency: plan?.concurrency ?? concurrency, laneConcurrency };
    const schedule = planSchedule(compilation, limits, { latencies: this.#latencies });
    return { ok: plan !== undefined, problems, ...schedule };
  }

  start(request: PlanRequest, signal: Cancellation): PlanRun {
    // A plan inside another is part of that, and may begin as long as that goes on.
    if (this.#isStopping && request.origin === undefined) throw stoppingError();
    this.#registry.admit(request);
    const { plan, problems } = this.#deps.compiler.compile(request);
    if (plan === undefined) {
      const count = problems.filter(({ severity }) => severity === "error").length;
      const message = `The plan has ${count} ${count === 1 ? "problem" : "problems"}; nothing was run.`;
      throw new GatewayError("invalid-plan", message, { problems });
    }
    return this.#run(plan, request, signal);
  }

  learn(tool: Tool, outcome: Outcome): void {
    this.#latencies.record(tool, outcome);
  }

  find(id: string, principal: PlanRequest["principal"]): PlanRun {
    return this.#registry.find(id, principal);
  }

  list(principal: PlanRequest["principal"]): readonly PlanSummary[] {
    return this.#registry.list(principal);
  }

  async drain(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const { log } = this.#deps;
    const underWay = this.running;
    if (underWay === 0) return;
    const isIdle = await this.#endsWithin(graceMs / 2);
    const cancelled = this.running;
    if (!isIdle) await this.#cancelAll(graceMs / 2);
    log.info({ finished: underWay - cancelled, cancelled }, "Plans under way have been ended.");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#cancelAll(DISPOSE_GRACE_MS);
    this.#registry[Symbol.dispose]();
  }

  #run(plan: CompiledPlan, request: PlanRequest, signal: Cancellation): PlanRun {
    const { events, random } = this.#deps;
    const id = `p_${random.hex(16)}`;
    const run = new PlanRunner({ id, plan, request }, this.#options, {
      ...this.#deps,
      slots: this.#slots,
      latencies: this.#latencies,
      onEnded: (ended, report) => this.#onEnded(ended, report, request),
    });
    this.#registry.add(run, request);
    if (request.origin === undefined) {
      events.publish("plan", "plan.started", { id, status: "running", steps: plan.steps.length });
    }
    run.start(signal);
    return run;
  }

  #onEnded(run: PlanRunner, report: PlanReport, request: PlanRequest): void {
    const { events, log } = this.#deps;
    const { id, status, wallMs } = report;
    this.#registry.end(run, report, request);
    this.#metrics.onEnded(report);
    if (request.origin === undefined) {
      events.publish("plan", "plan.finished", { id, status, wallMs });
    }
    const fields = { plan: id, principal: request.principal.id, status, wallMs };
    log.info({ ...fields, steps: report.steps.length }, "A plan ended.");
  }

  async #cancelAll(graceMs: number): Promise<void> {
    const error = stoppingError();
    const { code, message } = error;
    for (const run of this.#registry.runs()) {
      run.stop({ status: "cancelled", error: { code, message }, reason: message });
    }
    if (await this.#endsWithin(graceMs)) return;
    for (const run of this.#registry.runs()) run.endUndoing(error);
    await Promise.all(this.#registry.runs().map(({ ended }) => ended));
  }

  /** Whether all plans have ended within a time. */
  async #endsWithin(timeoutMs: number): Promise<boolean> {
    const all = Promise.all(this.#registry.runs().map(({ ended }) => ended));
    let giveUp: Disposable | undefined;
    const late = new Promise<void>((resolve) => {
      giveUp = this.#deps.clock.after(timeoutMs, resolve);
    });
    await Promise.race([all, late]);
    giveUp?.[Symbol.dispose]();
    return this.running === 0;
  }
}

function stoppingError(): GatewayError<"server-unavailable"> {
  const details = { server: "", state: "stopping", retryAfterMs: 1_000, reached: false };
  return new GatewayError("server-unavailable", "The gateway is stopping.", details);
}
