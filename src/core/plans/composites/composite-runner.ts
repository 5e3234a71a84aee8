import type { Cancellation } from "../../../kernel/abort.ts";
import { GatewayError, isGatewayError } from "../../../kernel/errors.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import { membersOf } from "../../../mcp/members-of.ts";
import { seesAllTools } from "../../access/index.ts";
import type { CallOrigin, UpstreamAnswer, UpstreamRequest } from "../../upstream/index.ts";
import { createPlanProgress } from "../answer/plan-progress.ts";
import { problemLines } from "../answer/report-lines.ts";
import { refusalResult, reportResult } from "../answer/report-result.ts";
import type { Composite } from "../composites.ts";
import type { PlanRun, Plans } from "../plans.ts";
import { awaitTools, type AwaitToolsDeps } from "./await-tools.ts";
import { checkPlan, type PlanErrors } from "./check-plan.ts";

export interface CompositeRunnerDeps extends AwaitToolsDeps {
  readonly plans: Pick<Plans, "check" | "start">;
}

/** A call of a composite tool. */
export interface CompositeCall {
  readonly composite: Composite;
  /** The gateway's id of the tool. */
  readonly tool: string;
  readonly request: UpstreamRequest;
}

/** Runs the plan of a composite tool as a `tools/call`. @throws as `Upstreams.call`. */
export type CompositeRunner = (
  call: CompositeCall,
  signal: Cancellation,
) => Promise<UpstreamAnswer>;

/** Makes the runner; `maxDepth` bounds how deep composites may stand inside each other. */
export function createCompositeRunner(
  options: { readonly maxDepth: number },
  deps: CompositeRunnerDeps,
): CompositeRunner {
  return async (call, signal) => {
    const nesting = nestingProblem(call, options.maxDepth);
    if (nesting !== undefined) return { kind: "result", body: refusalResult([nesting]) };
    const run = await startWhenKnown(call, deps, signal);
    if (run instanceof GatewayError) {
      return { kind: "result", body: refusal(call, run.data, deps) };
    }
    const { onProgress } = call.request;
    const following = onProgress && run.follow(0, createPlanProgress(onProgress));
    const answer = answerOf(run, call);
    const onAbort = (): void => call.request.origin?.onLeft?.(answer);
    signal.addEventListener("abort", onAbort, { once: true });
    const ended = await answer;
    signal.removeEventListener("abort", onAbort);
    following?.[Symbol.dispose]();
    if (signal.aborted) throw signal.reason;
    return ended;
  };
}

async function answerOf(run: PlanRun, { tool }: CompositeCall): Promise<UpstreamAnswer> {
  return { kind: "result", body: reportResult(await run.ended, tool) };
}

/** Starts the plan; one that fails its check once more when servers have come that it could not know of. */
async function startWhenKnown(
  call: CompositeCall,
  deps: CompositeRunnerDeps,
  signal: Cancellation,
): Promise<PlanRun | GatewayError<"invalid-plan">> {
  const run = tryStart(call, deps, signal);
  const hasFailed = run instanceof GatewayError;
  if (!hasFailed || !(await awaitTools(call.composite.plan, deps, signal))) return run;
  return tryStart(call, deps, signal);
}

function tryStart(
  call: CompositeCall,
  deps: CompositeRunnerDeps,
  signal: Cancellation,
): PlanRun | GatewayError<"invalid-plan"> {
  try {
    return start(call, deps, signal);
  } catch (error) {
    if (!isGatewayError(error, "invalid-plan")) throw error;
    return error;
  }
}

function start(call: CompositeCall, { plans }: CompositeRunnerDeps, signal: Cancellation): PlanRun {
  const { composite, request } = call;
  const { principal, session } = request.scope;
  const input = inputOf(call);
  return plans.start(
    {
      plan: composite.plan,
      ...(input === undefined ? {} : { input }),
      principal,
      origin: originOf(call),
      ...(session === undefined ? {} : { session }),
      ...(request.traceId === undefined ? {} : { traceId: request.traceId }),
    },
    signal,
  );
}

/** The call's arguments; where there are none the plan's own input holds, if it has one. */
function inputOf({ composite, request }: CompositeCall): RawJson | undefined {
  const hasArguments = membersOf(request.arguments).size > 0;
  return hasArguments || !membersOf(composite.plan).has("input") ? request.arguments : undefined;
}

/** Where the plan of a composite stands: inside the composite, on the trail of whoever called it. */
export function originOf({ tool, request }: Pick<CompositeCall, "tool" | "request">): CallOrigin {
  const { plan = "", step = "", within = [], trail = newTrail() } = request.origin ?? {};
  return { plan, step, within: [...within, tool], trail };
}

/** A trail on which nothing has been called yet. */
export function newTrail(): CallOrigin["trail"] {
  const tools = new Set<string>();
  return { tools, add: (tool) => void tools.add(tool) };
}

/** Found by the check before anything runs; asked again here, since composites may change meanwhile. */
function nestingProblem({ tool, request }: CompositeCall, maxDepth: number): string | undefined {
  const within = request.origin?.within ?? [];
  if (within.includes(tool)) {
    return `"${tool}" would call itself: ${[...within, tool].join(" → ")}.`;
  }
  if (within.length < maxDepth) return undefined;
  return `"${tool}" stands deeper in other composite tools than plans.maxDepth (${maxDepth}) allows: ${[...within, tool].join(" → ")}.`;
}

/**
 * What a caller is told of a plan that does not pass its check. Its problems name the tools inside,
 * which a caller with tool rules may not know of.
 * @throws GatewayError `forbidden` when it is the caller's rules that the plan fails on.
 */
function refusal(call: CompositeCall, { problems }: PlanErrors, deps: CompositeRunnerDeps) {
  const { tool, composite, request } = call;
  const head = `"${tool}" cannot run: its plan does not pass its check.`;
  if (seesAllTools(request.scope.principal)) {
    return refusalResult([head, ...problemLines(problems)]);
  }
  const input = inputOf(call);
  const check = { plan: composite.plan, origin: originOf(call) };
  if (checkPlan(input === undefined ? check : { ...check, input }, deps.plans) !== undefined) {
    return refusalResult([head, "An operator can see why."]);
  }
  const reason = `"${tool}" needs tools that you may not use`;
  throw new GatewayError("forbidden", `Not allowed: ${reason}.`, { reason });
}
