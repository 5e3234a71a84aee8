import type { RawJson } from "../../kernel/raw-json.ts";
import type { CacheStatus, Degraded } from "../calls/index.ts";
import type { StepErrorCode } from "./step-error.ts";

/** Where a step is. `compensated`: it had succeeded, and was undone since the plan failed after it. */
export type StepStatus =
  | "pending"
  | "running"
  | "succeeded"
  | "failed"
  | "skipped"
  | "cancelled"
  | "compensated";

/** `partial`: it ended, its output exists, and some step failed under `continue` or a fallback. */
export type PlanStatus = "running" | "succeeded" | "partial" | "failed" | "cancelled";

/** A failure as it is told. */
export interface StepFailure {
  readonly code: StepErrorCode;
  readonly message: string;
}

/** How a step's undoing went. */
export interface CompensationReport {
  readonly tool: string;
  readonly status: "succeeded" | "failed";
  readonly error?: StepFailure;
  readonly durationMs: number;
}

/** How a step is doing, or how it went. */
export interface StepReport {
  readonly id: string;
  readonly tool: string;
  readonly status: StepStatus;
  /** `structuredContent`, else the text as JSON, else the text; of a `forEach` the array of its items' values (null for one that failed). */
  readonly value?: RawJson;
  readonly error?: StepFailure;
  /** Why it was skipped, in words. */
  readonly reason?: string;
  /** Since the plan began; absent when it never did. */
  readonly startedMs?: number;
  readonly durationMs?: number;
  /** Tries at the upstream, of all items together. */
  readonly attempts: number;
  readonly cache?: CacheStatus;
  readonly degraded?: Degraded;
  /** Of a `forEach`. */
  readonly items?: { readonly total: number; readonly succeeded: number; readonly failed: number };
  /** What its value comes from since it failed: its `fallbackValue`, or the id of its `fallbackStep`. */
  readonly fallback?: "value" | { readonly step: string };
  readonly compensation?: CompensationReport;
}

/** How many steps are where; those that none is in are left out. */
export type StepCounts = Readonly<Partial<Record<StepStatus, number>>>;

/** A plan in a list. */
export interface PlanSummary extends Pick<PlanReport, "id" | "status" | "startedAt" | "wallMs"> {
  readonly steps: StepCounts;
}

/** How a plan is doing, or how it went. */
export interface PlanReport {
  /** Unguessable. */
  readonly id: string;
  readonly status: PlanStatus;
  readonly output?: RawJson;
  /** Why the plan as a whole failed, where it is not one step's failure alone (deadline, output). */
  readonly error?: StepFailure;
  /** In written order. */
  readonly steps: readonly StepReport[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** So far, or in all. */
  readonly wallMs: number;
  /** The longest chain of dependent steps by how long they really took: no schedule is shorter. */
  readonly criticalPathMs: number;
}
