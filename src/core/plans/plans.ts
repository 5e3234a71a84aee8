import type { Cancellation } from "../../kernel/abort.ts";
import type { PlanProblem } from "../../kernel/errors.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";
import type { CallOrigin } from "../upstream/index.ts";
import type { PlanEvent } from "./plan-events.ts";
import type { PlanReport, PlanSummary } from "./plan-report.ts";

/** A plan to be checked. */
export interface PlanCheckRequest {
  /** The plan, a JSON object. */
  readonly plan: RawJson;
  /** Stands in for the plan's own `input`. */
  readonly input?: RawJson;
  readonly principal: Principal;
  /** The call of a composite tool that the plan stands behind. */
  readonly origin?: CallOrigin;
}

/** A plan to be run. */
export interface PlanRequest extends PlanCheckRequest {
  /** The downstream session, where there is one. */
  readonly session?: string;
  readonly traceId?: string;
  /** Shortens the plan's own time limit. */
  readonly timeoutMs?: number;
  /** Whether it runs on when its caller leaves. Default false. */
  readonly detach?: boolean;
}

/** A step as the check sees it. */
export interface PlannedStep {
  readonly id: string;
  readonly tool: string;
  readonly dependsOn: readonly string[];
  /** Steps of stage 0 wait for nobody, those of stage n for one of stage n - 1 at least. */
  readonly stage: number;
  readonly estimateMs: number;
  readonly mayWrite: boolean;
}

/** What the check found. */
export interface PlanCheck {
  /** Whether it can run: no problem is an error. */
  readonly ok: boolean;
  /** All of them at once. */
  readonly problems: readonly PlanProblem[];
  /** In written order; empty when the plan cannot be read so far. */
  readonly steps: readonly PlannedStep[];
  /** Ids of the chain that is expected to last longest, first to last. */
  readonly criticalPath: readonly string[];
  /** How long the plan is expected to take, with its limits on concurrency. */
  readonly estimateMs: number;
}

/** A plan under way, or ended and still remembered. */
export interface PlanRun {
  readonly id: string;
  /** As it is now. */
  report(): PlanReport;
  /** Resolves when it has ended, compensation included. Never rejects. */
  readonly ended: Promise<PlanReport>;
  /** Cancels what is under way and begins nothing more. */
  cancel(): void;
  /**
   * Tells the events after `afterId` (0: all) that are remembered, at once, and then each as it
   * happens. When some were forgotten, the first one told has an id above `afterId + 1`.
   */
  follow(afterId: number, listener: (event: PlanEvent) => void): Disposable;
}

/** Plans: checked before they run, run in the order of their data, as far as possible at once. */
export interface Plans extends AsyncDisposable {
  /** Never throws for what is wrong with the plan: that is in the answer. Runs nothing. */
  check(request: PlanCheckRequest): PlanCheck;
  /**
   * Checks a plan and begins to run it; every call passes the pipeline as the request's principal.
   * An abort of `signal` cancels the run, unless it is detached.
   * @throws GatewayError `invalid-plan` with all problems (nothing has run), `rate-limited` when the
   *   principal has too many under way, `server-unavailable` when the gateway stops.
   */
  start(request: PlanRequest, signal: Cancellation): PlanRun;
  /** @throws GatewayError `unknown-plan`, also for another principal's. */
  find(id: string, principal: Principal): PlanRun;
  /** The principal's plans that `find` finds, newest first; at most 100. */
  list(principal: Principal): readonly PlanSummary[];
  /** Plans under way. */
  readonly running: number;
}
