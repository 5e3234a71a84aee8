import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CacheStatus, Degraded } from "../../calls/index.ts";
import type { CompiledStep } from "../compiled-plan.ts";
import type { CompensationReport, StepFailure, StepReport, StepStatus } from "../plan-report.ts";

/** How the items of a `forEach` are doing. */
export interface ItemCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Where one step of a run is. */
export class StepState {
  readonly step: CompiledStep;
  readonly position: number;
  /** Steps that it still waits for. */
  missing: number;
  /** Whether it has been told to begin, or not to. */
  isRipe = false;
  /** Whether its call began before it was known that it is needed. */
  isEarly = false;
  /** Set for a fallback step that is not needed: why. */
  foregone: string | undefined;
  status: StepStatus = "pending";
  /** Whether its value is known, or that it has none: its fallback has ended, too. */
  isDecided = false;
  /** Whether a failure that nothing makes up for lies here or before: what is ordered behind does not run. */
  isBlocked = false;
  value: RawJson | undefined;
  error: StepFailure | undefined;
  reason: string | undefined;
  /** How a plan behind it ended that went on undoing when the step was told to stop. */
  late: string | undefined;
  startedMs: number | undefined;
  endedMs: number | undefined;
  /** When its progress was told last. */
  toldAtMs = 0;
  attempts = 0;
  cache: CacheStatus | undefined;
  degraded: Degraded | undefined;
  items: ItemCounts | undefined;
  fallback: StepReport["fallback"];
  compensation: CompensationReport | undefined;
  /** The longest chain of steps that ends with it, by how long they took, in milliseconds. */
  chainMs = 0;

  constructor(step: CompiledStep, position: number, missing: number) {
    this.step = step;
    this.position = position;
    this.missing = missing;
  }

  /** `nowMs`: since the plan began. Spelled out, since spreads cost more than the rest of an event. */
  report(nowMs: number): StepReport {
    const { id, tool } = this.step;
    const report: Mutable<StepReport> = { id, tool, status: this.status, attempts: this.attempts };
    if (this.value !== undefined) report.value = this.value;
    if (this.error !== undefined) report.error = this.error;
    if (this.reason !== undefined) report.reason = this.reason;
    if (this.startedMs !== undefined) {
      report.startedMs = roundMs(this.startedMs);
      report.durationMs = roundMs((this.endedMs ?? nowMs) - this.startedMs);
    }
    if (this.cache !== undefined) report.cache = this.cache;
    if (this.degraded !== undefined) report.degraded = this.degraded;
    if (this.items !== undefined) report.items = this.items;
    if (this.fallback !== undefined) report.fallback = this.fallback;
    if (this.compensation !== undefined) report.compensation = this.compensation;
    return report;
  }
}

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/** Microseconds are as fine as anybody wants to read. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
