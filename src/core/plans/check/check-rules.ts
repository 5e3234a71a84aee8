import type { Tool } from "../../catalog/index.ts";
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
  const users = usersOfTools(plan.steps, ({ tool }) => tool, deps.inspector);
  const all = [...users.keys(), ...(deps.before ?? [])];
  for (const [tool, steps] of users) {
    // Most tools are forbidden after nothing: one look each settles them.
    if (deps.rules.broken(all, tool) === undefined) continue;
    checkTool({ tool, steps, users }, plan, deps);
  }
  checkCompensations(all, plan, deps);
}

type Users = ReadonlyMap<string, readonly StepDraft[]>;

/** The steps that may call each tool by what `toolOf` gives, be it inside a composite. */
function usersOfTools(
  steps: readonly StepDraft[],
  toolOf: (step: StepDraft) => Tool | undefined,
  inspector: CompositeInspector,
): Users {
  const users = new Map<string, StepDraft[]>();
  for (const step of steps) {
    const id = toolOf(step)?.id;
    if (id === undefined) continue;
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
  const already = rules.broken(before ?? [], tool);
  if (already !== undefined) {
    for (const step of steps) tell(step, already, plan);
    return;
  }
  const earlier = [...users.keys()].filter((other) => rules.broken([other], tool) !== undefined);
  const targets = [...new Set(earlier.flatMap((other) => users.get(other)!))];
  const safe = certainlyBefore(
    steps.map(({ position }) => position),
    targets.map(({ position }) => position),
    plan,
  );
  const isMutual = earlier.some((other) => rules.broken([tool], other) !== undefined);
  const movable = isMutual ? [] : targets;
  const bound = beginAfter(movable, plan);
  for (const step of steps) {
    const other = targets.find((target) => target !== step) ?? step;
    const isAgain = targets.includes(step) && mayCallAgain(step, tool);
    if (safe.has(step.position) && !isAgain) continue;
    const isBound = isAgain || bound.has(step.position);
    const cure = isBound ? "" : cureOf(step, movable, plan);
    const comes = `${nameOf(step.text)} may come after ${nameOf(other.text)}${cure}`;
    tell(step, `${rules.broken(earlier, tool)} (${comes})`, plan);
  }
}

/** What lets a step end before others begin. */
function cureOf(step: StepDraft, others: readonly StepDraft[], { steps }: OrderedPlan): string {
  const [first, ...more] = others.map(({ text }) => nameOf(text));
  if (first === undefined) return "";
  let ended = step;
  while (ended.fallbackFor !== undefined) ended = steps[ended.fallbackFor]!;
  const all = more.length === 0 ? first : `${first} and ${more.length} more`;
  return `; let ${all} wait for ${nameOf(ended.text)} by dependsOn`;
}

/** The steps that begin after one of `targets` by what the plan says, so that these cannot wait for them. */
function beginAfter(
  targets: readonly StepDraft[],
  { steps, order }: OrderedPlan,
): ReadonlySet<number> {
  const sources = new Set(targets.map(({ position }) => position));
  const bound = new Set<number>();
  const isAfter = (other: number): boolean => sources.has(other) || bound.has(other);
  for (const position of order) {
    const { dependencies, fallbackFor } = steps[position]!;
    // The order of writes gives way to what a plan says.
    const waits = [...dependencies].some(([other, kind]) => kind !== "write" && isAfter(other));
    if (waits || (fallbackFor !== undefined && isAfter(fallbackFor))) bound.add(position);
  }
  return bound;
}

/**
 * Whether a step may call a tool after all that it calls: for its next item, or inside a composite
 * that it tries again. A call that is tried again counts once.
 */
function mayCallAgain({ text, tool }: StepDraft, called: string): boolean {
  return text.forEach !== undefined || (text.retry !== undefined && tool?.id !== called);
}

/** What undoes a step comes after whatever has run until then, and after what undoes other steps. */
function checkCompensations(
  all: readonly string[],
  plan: OrderedPlan,
  { rules, inspector }: RuleCheckDeps,
): void {
  const users = usersOfTools(plan.steps, ({ compensateTool }) => compensateTool, inspector);
  const undoing = [...users];
  for (const [tool, steps] of users) {
    if (rules.broken([...all, ...users.keys()], tool) === undefined) continue;
    for (const step of steps) {
      const isEarlier = (other: StepDraft): boolean =>
        other !== step || step.text.forEach !== undefined;
      const earlier = undoing.filter(([, others]) => others.some(isEarlier));
      const reason = rules.broken([...all, ...earlier.map(([id]) => id)], tool);
      if (reason !== undefined) tell(step, `what undoes ${nameOf(step.text)}: ${reason}`, plan);
    }
  }
}

function tell({ text }: StepDraft, message: string, { problems }: OrderedPlan): void {
  problems.error("rule-broken", text.toolPlace, message);
}
