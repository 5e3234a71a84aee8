import { membersOf } from "../../../mcp/members-of.ts";
import { findLookalikes, type Lookalike } from "../language/lookalikes.ts";
import type { CompiledTemplate } from "../language/template.ts";
import type { KnownValues } from "./check-site.ts";
import type { StepDraft } from "./draft.ts";

/** Warns of texts of a step that look like references to something that the plan has. */
export function checkLookalikes(step: StepDraft, known: KnownValues): void {
  for (const template of templatesOf(step)) {
    tellLookalikes(template, { seesItem: step.text.forEach !== undefined, step }, known);
  }
}

/** The same of the plan's output. */
export function checkOutputLookalikes(output: CompiledTemplate, known: KnownValues): void {
  tellLookalikes(output, { seesItem: false }, known);
}

interface TextSite {
  readonly seesItem: boolean;
  readonly step?: StepDraft;
}

function templatesOf({ text }: StepDraft): CompiledTemplate[] {
  const { arguments: args, forEach, onError, compensate } = text;
  return [
    args,
    ...(forEach === undefined ? [] : [forEach.items]),
    ...(onError.kind === "value" ? [onError.value] : []),
    ...(compensate === undefined ? [] : [compensate.arguments]),
  ];
}

function tellLookalikes(
  { source, pointer }: CompiledTemplate,
  { seesItem, step }: TextSite,
  known: KnownValues,
): void {
  const id = step?.text.id ?? "";
  for (const { path, text, ...lookalike } of findLookalikes(source.bytes, pointer)) {
    if (!(lookalike.source === "item" ? seesItem : isKnown(lookalike, known))) continue;
    const place = { ...(id === "" ? {} : { step: id }), path: lookalike.pointer };
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    const message = `"${shown}" is no reference and stays as it is; write \${${path}} for the value`;
    known.plan.problems.warn("not-a-reference", place, message);
  }
}

function isKnown(
  { source, name }: Pick<Lookalike, "source" | "name">,
  { plan, input, inputSchema }: KnownValues,
): boolean {
  if (name === undefined) return false;
  if (source === "steps") return plan.byId.has(name);
  const declared = inputSchema?.["properties"];
  const isDeclared =
    typeof declared === "object" && declared !== null && Object.hasOwn(declared, name);
  return isDeclared || (input !== undefined && membersOf(input.value).has(name));
}
