import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { createExpiringStore, type ExpiringStore } from "../../../kernel/expiring-store.ts";
import { principalKey, type Principal } from "../../access/index.ts";
import type { PlansOptions } from "../options.ts";
import type { PlanReport, PlanSummary } from "../plan-report.ts";
import type { PlanRequest, PlanRun } from "../plans.ts";
import { countSteps } from "./count-steps.ts";
import { keptRun } from "./kept-run.ts";
import type { PlanRunner } from "./plan-runner.ts";

export type RegistryLimits = Pick<PlansOptions, "maxRunning" | "keepMs" | "keepBytes">;

/** When a principal with too many plans may come again, in milliseconds. */
const FULL_RETRY_MS = 1_000;
/** Ended plans that are remembered at most, however small. */
const MAX_KEPT = 10_000;

/** Plans that are listed at most. */
const MAX_LISTED = 100;

interface Entry {
  readonly run: PlanRun;
  readonly owner: string;
  readonly startedAt: number;
  summary(): PlanSummary;
}

interface RunningEntry extends Entry {
  readonly run: PlanRunner;
  /** Whether it stands behind a composite tool. */
  readonly isInner: boolean;
}

/**
 * The runs under way, and those that have ended and are remembered. Plans behind composite tools
 * are counted with the call that they belong to; those inside other plans are not remembered, since
 * nobody is told their ids.
 */
export class RunRegistry implements Disposable {
  readonly #limits: RegistryLimits;
  readonly #running = new Map<string, RunningEntry>();
  readonly #runningOf = new Map<string, number>();
  readonly #kept: ExpiringStore<Entry>;

  constructor(limits: RegistryLimits, deps: { readonly clock: Clock }) {
    this.#limits = limits;
    const { keepBytes: maxBytes, keepMs: ttlMs } = limits;
    this.#kept = createExpiringStore({ maxBytes, maxEntries: MAX_KEPT, ttlMs }, deps);
  }

  get running(): number {
    return this.#running.size;
  }

  runs(): PlanRunner[] {
    return [...this.#running.values()].map(({ run }) => run);
  }

  /** @throws GatewayError `rate-limited` when the principal has too many plans under way. */
  admit({ principal, origin }: PlanRequest): void {
    const running = this.#runningOf.get(principalKey(principal)) ?? 0;
    if (origin !== undefined || running < this.#limits.maxRunning) return;
    const reason = `"${principal.id}" has ${running} plans under way`;
    const message = `Too many plans: ${reason}, plans.maxRunning allows no more. Wait for one to end, or cancel one.`;
    throw new GatewayError("rate-limited", message, { reason, retryAfterMs: FULL_RETRY_MS });
  }

  add(run: PlanRunner, { principal, origin }: PlanRequest): void {
    const owner = principalKey(principal);
    const isInner = origin !== undefined;
    const summary = () => run.summary();
    this.#running.set(run.id, { run, owner, isInner, startedAt: run.startedAt, summary });
    if (origin === undefined) this.#count(owner, 1);
  }

  /** Takes a run that has ended from those under way, and remembers it as far as there is room. */
  end(run: PlanRunner, report: PlanReport, { principal, origin }: PlanRequest): void {
    this.#running.delete(run.id);
    const owner = principalKey(principal);
    if (origin === undefined) this.#count(owner, -1);
    else if (origin.plan !== "") return;
    const kept = keptRun(run, report, this.#limits.keepBytes);
    if (kept === undefined) return;
    const { id, status, startedAt, wallMs } = report;
    const summary = { id, status, startedAt, wallMs, steps: countSteps(report.steps) };
    const entry = { run: kept.run, owner, startedAt, summary: () => summary };
    this.#kept.add(id, entry, kept.bytes);
  }

  /** A principal's plans, newest first. */
  list(principal: Principal): readonly PlanSummary[] {
    const owner = principalKey(principal);
    const running = [...this.#running.values()].filter(({ isInner }) => !isInner);
    return [...this.#kept.values(), ...running]
      .filter((entry) => entry.owner === owner)
      .toSorted((a, b) => b.startedAt - a.startedAt)
      .slice(0, MAX_LISTED)
      .map(({ summary }) => summary());
  }

  /** @throws GatewayError `unknown-plan`, also for another principal's. */
  find(id: string, principal: Principal): PlanRun {
    const entry: Entry | undefined = this.#running.get(id) ?? this.#kept.get(id);
    if (entry?.owner === principalKey(principal)) return entry.run;
    const shown = JSON.stringify(id.slice(0, 80));
    const message = `There is no plan ${shown}: it has ended and been forgotten, or never was. Run it again.`;
    throw new GatewayError("unknown-plan", message, { plan: id.slice(0, 80) });
  }

  [Symbol.dispose](): void {
    this.#kept[Symbol.dispose]();
  }

  #count(owner: string, by: number): void {
    const count = (this.#runningOf.get(owner) ?? 0) + by;
    if (count === 0) this.#runningOf.delete(owner);
    else this.#runningOf.set(owner, count);
  }
}
