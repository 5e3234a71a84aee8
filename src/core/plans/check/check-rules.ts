import type { CompositionRules } from "../compiled-plan.ts";
import { certainlyBefore } from "./certain-order.ts";
import type { CompositeInspector } from "./composite-inspector.ts";
import type { StepDraft } from "./draft.ts";
import { nameOf } from "./link-steps.ts";
import type { ProblemList } from "../language/problems.ts";

/** A plan whose order is known. */
export interface OrderedPlan {
  readonly steps: readonly StepDraft[];
  /** Positions, every step behind all that it waits for. */
  readonly order: readonly number[];
  readonly problems: ProblemList;
}

export interface RuleCheckDeps {
  readonly rules: CompositionRules;
  readonly inspector: CompositeInspector;
  /** Tools that have been called before the plan begins. */
  readonly before: ReadonlySet<string> | undefined;
}

/** Finds steps that may come after others which they must not follow. */
export function checkRules(plan: OrderedPlan, deps: RuleCheckDeps): void {
  const users = usersOfTools(plan, deps);
  const all = [...users.keys(), ...(deps.before ?? [])];
  for (const [tool, steps] of users) {
    // Most tools are forbidden after nothing: one look each settles them.
    if (deps.rules.broken(all, tool) === undefined) continue;
    checkTool({ tool, steps, users }, plan, deps);
  }
  for (const step of plan.steps) checkCompensation(step, all, { plan, deps });
}

type Users = ReadonlyMap<string, readonly StepDraft[]>;

/** The steps that may call each tool, be it inside a composite. */
function usersOfTools({ steps }: OrderedPlan, { inspector }: RuleCheckDeps): Users {
  const users = new Map<string, StepDraft[]>();
  for (const step of steps) {
    if (step.tool === undefined) continue;
    const { id } = step.tool;
    for (const tool of new Set([id, ...(inspector.inspect(id)?.tools ?? [])])) {
      const others = users.get(tool);
      if (others === undefined) users.set(tool, [step]);
      else others.push(step);
    }
  }
  return users;
}

interface ForbiddenTool {
  readonly tool: string;
  readonly steps: readonly StepDraft[];
  readonly users: Users;
}

function checkTool(
  { tool, steps, users }: ForbiddenTool,
  plan: OrderedPlan,
  { rules, before }: RuleCheckDeps,
): void {
  const earlier = [...users.keys()].filter((other) => rules.broken([other], tool) !== undefined);
  const targets = [...new Set(earlier.flatMap((other) => users.get(other)!))];
  const safe = certainlyBefore(
    steps.map(({ position }) => position),
    targets.map(({ position }) => position),
    plan,
  );
  const already = rules.broken(before ?? [], tool);
  for (const step of steps) {
    const other = targets.find((target) => target !== step) ?? step;
    const isAgain = targets.includes(step) && step.text.forEach !== undefined;
    if (already === undefined && safe.has(step.position) && !isAgain) continue;
    const reason = already ?? rules.broken(earlier, tool);
    tell(step, `${reason} (${nameOf(step.text)} may come after ${nameOf(other.text)})`, plan);
  }
}

/** What undoes a step comes after whatever has run until then. */
function checkCompensation(
  step: StepDraft,
  all: readonly string[],
  { plan, deps }: { readonly plan: OrderedPlan; readonly deps: RuleCheckDeps },
): void {
  if (step.compensateTool === undefined) return;
  const reason = deps.rules.broken(all, step.compensateTool.id);
  if (reason !== undefined) tell(step, `what undoes ${nameOf(step.text)}: ${reason}`, plan);
}

function tell({ text }: StepDraft, message: string, { problems }: OrderedPlan): void {
  problems.error("rule-broken", text.toolPlace, message);
}
