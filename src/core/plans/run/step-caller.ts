import type { Cancellation } from "../../../kernel/abort.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CacheMode, Calls, Outcome } from "../../calls/index.ts";
import type { PlanTrail, UpstreamAnswer } from "../../upstream/index.ts";
import type { CompositionRules, PlannedCall } from "../compiled-plan.ts";
import type { PlanRequest } from "../plans.ts";
import { StepError } from "../step-error.ts";

/** A call that a plan makes. */
export interface StepCall {
  readonly step: string;
  readonly tool: string;
  readonly arguments: RawJson;
  readonly timeoutMs?: number | undefined;
  readonly cache?: CacheMode | undefined;
  /** Whether it is the same call once more: to composition rules it does not follow itself. */
  readonly isRetry?: boolean;
}

/** How a call ended. */
export type StepOutcome = Outcome & {
  /** What the plan behind a composite tool answered after all, where the call was left before. */
  readonly late?: RawJson;
};

/** The calls of one plan: all of the same principal, session and trace, and on one trail. */
export interface StepCaller {
  /**
   * Resolves no sooner than a plan behind the tool has ended, though the call itself was left: what
   * that did is undone first.
   * @throws StepError `rule-broken` at once; what callers and servers do is in the outcome.
   */
  call(call: StepCall, signal: Cancellation): Promise<StepOutcome>;
  /** Whether to composition rules it is all one when the tool is called, and whether it is. */
  mayCallEarly(call: Pick<PlannedCall, "tool">): boolean;
}

export interface StepCallerDeps {
  readonly calls: Pick<Calls, "call">;
  readonly rules: CompositionRules;
}

/** Makes the calls of a plan. A plan inside a plan goes on with the outer one's trail. */
export function createStepCaller(
  plan: { readonly id: string; readonly request: PlanRequest; readonly traceId: string },
  { calls, rules }: StepCallerDeps,
): StepCaller {
  const { request, traceId } = plan;
  const { principal, session } = request;
  const trail = request.origin?.trail ?? createTrail();
  const within = request.origin?.within ?? [];

  return {
    mayCallEarly: ({ tool }) => !rules.concern(tool),
    call({ step, tool, timeoutMs, cache, isRetry, arguments: args }, signal) {
      const before = isRetry === true ? without(trail.tools, tool) : trail.tools;
      const broken = rules.broken(before, tool);
      if (broken !== undefined) throw new StepError("rule-broken", broken);
      trail.add(tool);
      let late: Promise<UpstreamAnswer> | undefined;
      const onLeft = (answer: Promise<UpstreamAnswer>): void => void (late = answer);
      const outcome = calls.call(
        {
          principal,
          tool,
          arguments: args,
          traceId,
          origin: { plan: plan.id, step, within, trail, onLeft },
          ...(session !== undefined && { session }),
          ...(timeoutMs !== undefined && { timeoutMs }),
          ...(cache !== undefined && { cache }),
        },
        signal,
      );
      return outcome.then((ended) => (late === undefined ? ended : withLate(ended, late)));
    },
  };
}

async function withLate(outcome: Outcome, late: Promise<UpstreamAnswer>): Promise<StepOutcome> {
  return { ...outcome, late: (await late).body };
}

function without(tools: ReadonlySet<string>, tool: string): readonly string[] {
  return [...tools].filter((other) => other !== tool);
}

function createTrail(): PlanTrail {
  const tools = new Set<string>();
  return { tools, add: (tool) => void tools.add(tool) };
}
