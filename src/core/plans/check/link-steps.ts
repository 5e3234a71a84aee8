import type { DependencyKind } from "../compiled-plan.ts";
import type { StepName, StepText } from "../language/plan-text.ts";
import type { Place } from "../language/problems.ts";
import { stepOf, type Read } from "../language/reads.ts";
import type { PlacedReference } from "../language/template.ts";
import { addDependency, findStep, type PlanDraft, type StepDraft } from "./draft.ts";

/** Where in a step (or, without one, in the plan's output) references stand, and what they can see there. */
export interface ReferenceSite {
  readonly step?: StepDraft;
  readonly references: readonly PlacedReference[];
  readonly seesItem: boolean;
  readonly seesSelf: boolean;
  /** The kind of dependency that reading without a default makes; absent: none. */
  readonly kind?: DependencyKind;
}

/** All places of a step that hold references. */
export function sitesOf(step: StepDraft): ReferenceSite[] {
  const { when, forEach, onError, compensate, arguments: args } = step.text;
  const seesItem = forEach !== undefined;
  const plain = { step, seesItem: false, seesSelf: false, kind: "data" } as const;
  const sites: ReferenceSite[] = [{ ...plain, references: args.references, seesItem }];
  if (when !== undefined) sites.push({ ...plain, references: when.references });
  if (forEach !== undefined) sites.push({ ...plain, references: forEach.items.references });
  if (onError.kind === "value") {
    // Needed only if the step fails: then it is time enough to miss it.
    sites.push({ ...plain, references: onError.value.references, seesItem, kind: "optional" });
  }
  if (compensate !== undefined) {
    const { references } = compensate.arguments;
    sites.push({ step, references, seesItem, seesSelf: true });
  }
  return sites;
}

/** Finds out what each step waits for by what it says itself: its reads, `dependsOn`, fallbacks. */
export function linkSteps(plan: PlanDraft, output: readonly PlacedReference[]): void {
  for (const step of plan.steps) {
    for (const site of sitesOf(step)) linkSite(site, plan);
    for (const name of step.text.dependsOn) linkOrder(step, name, plan);
  }
  for (const step of plan.steps) linkFallback(step, plan);
  linkSite({ references: output, seesItem: false, seesSelf: false }, plan);
}

function linkSite(site: ReferenceSite, plan: PlanDraft): void {
  for (const { reference, pointer } of site.references) {
    const id = site.step?.text.id ?? "";
    const place: Place = { ...(id === "" ? {} : { step: id }), path: pointer };
    for (const read of reference.reads) linkRead(read, site, { plan, place });
    for (const name of reference.shadowed) tellShadowed(name, place, plan);
  }
}

interface LinkContext {
  readonly plan: PlanDraft;
  readonly place: Place;
}

function linkRead(read: Read, site: ReferenceSite, { plan, place }: LinkContext): void {
  const id = stepOf(read);
  if (id === undefined) {
    if (read.source === "input" || site.seesItem) return;
    const message = `${read.source} is there only inside a step with forEach, in its arguments, fallbackValue and compensate`;
    plan.problems.error("item-outside-for-each", place, message);
    return;
  }
  const by = site.seesSelf ? undefined : site.step;
  const target = findStep({ id, by }, plan, (hint) => {
    plan.problems.error("unknown-step", place, `there is no step "${id}" to read${hint}`);
  });
  if (target === undefined) return;
  if (target === site.step && !site.seesSelf) {
    plan.problems.error("self-reference", place, `"${id}" reads its own value`);
  } else if (site.step !== undefined && site.kind !== undefined && target !== site.step) {
    addDependency(site.step, target.position, read.isOptional ? "optional" : site.kind);
  }
}

function tellShadowed(name: string, place: Place, { byId, problems }: PlanDraft): void {
  if (!byId.has(name)) return;
  const message = `inside a filter or function, steps.${name} is a member of the item; write $.steps.${name} for the step`;
  problems.warn("shadowed-steps", place, message);
}

function linkOrder(step: StepDraft, { id, place }: StepName, plan: PlanDraft): void {
  const target = findStep({ id, by: step }, plan, (hint) => {
    plan.problems.error("unknown-step", place, `there is no step "${id}" to wait for${hint}`);
  });
  if (target === step) plan.problems.error("self-reference", place, `"${id}" waits for itself`);
  else if (target !== undefined) addDependency(step, target.position, "order");
}

function linkFallback(step: StepDraft, plan: PlanDraft): void {
  const { onError } = step.text;
  if (onError.kind !== "step") return;
  const { id, place } = onError.step;
  const target = findStep({ id, by: step }, plan, (hint) => {
    plan.problems.error("unknown-step", place, `there is no step "${id}" to fall back on${hint}`);
  });
  if (target === undefined) return;
  const reason = unfitFallback(step, target, plan);
  if (reason === undefined) target.fallbackFor = step.position;
  else plan.problems.error("invalid-fallback", place, reason);
}

function unfitFallback(step: StepDraft, target: StepDraft, plan: PlanDraft): string | undefined {
  if (target === step) return `"${step.text.id}" cannot stand in for itself`;
  if (target.fallbackFor === undefined) return undefined;
  const other = nameOf(plan.steps[target.fallbackFor]!.text);
  return `"${target.text.id}" already stands in for ${other}; a step can do so for one only`;
}

/** A step in messages. */
export function nameOf({ id, place }: StepText): string {
  return id === "" ? `the step at ${place.path}` : `"${id}"`;
}
