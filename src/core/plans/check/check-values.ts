import { arrayItems } from "../../../mcp/json-scan.ts";
import type { ArgumentsValidator } from "../../calls/index.ts";
import type { PlanText, StepText } from "../language/plan-text.ts";
import { checkCall, type CheckedCall } from "./check-call.ts";
import { checkLookalikes, checkOutputLookalikes } from "./check-lookalikes.ts";
import { checkSite, type KnownValues } from "./check-site.ts";
import type { PlanInput } from "./check-input.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";
import { sitesOf } from "./link-steps.ts";

/** Different tools whose input schemas one check may compile: each takes about a millisecond. */
const MAX_SCHEMAS = 500;

export interface ValueCheckDeps {
  readonly input: PlanInput | undefined;
  readonly validator: ArgumentsValidator;
  readonly maxItems: number;
  /** Whether arguments must fit the input schemas of their tools. */
  readonly checksArguments: boolean;
}

/** Checks what a plan's references and constants can be against the schemas of its tools. */
export function checkValues(text: PlanText, plan: PlanDraft, deps: ValueCheckDeps): void {
  const { inputSchema } = text;
  const known: KnownValues = { plan, inputSchema, input: deps.input };
  const schemas = new Set<string>();
  for (const step of plan.steps) {
    for (const site of sitesOf(step)) checkSite(site, known);
    checkLookalikes(step, known);
    checkItems(step.text, deps.maxItems, plan);
    for (const call of deps.checksArguments ? callsOf(step) : []) {
      if (schemas.size >= MAX_SCHEMAS && !schemas.has(call.tool.fingerprint)) continue;
      schemas.add(call.tool.fingerprint);
      checkCall(call, deps.validator, known);
    }
  }
  if (text.output !== undefined) {
    const { references } = text.output;
    checkOutputLookalikes(text.output, known);
    checkSite({ references, seesItem: false, seesSelf: false }, known);
  }
}

/** Items that are written out can be counted now. */
function checkItems({ place, forEach }: StepText, maxItems: number, { problems }: PlanDraft): void {
  if (forEach === undefined || forEach.items.source.bytes[0] !== 0x5b) return;
  const count = arrayItems(forEach.items.source.bytes).length;
  if (count <= maxItems) return;
  const message = `forEach is given ${count} items; at most ${maxItems} are taken (plans.maxItems)`;
  problems.error("too-many-items", { ...place, path: forEach.items.pointer }, message);
}

function callsOf(step: StepDraft): CheckedCall[] {
  const { text, tool, compensateTool } = step;
  const calls: CheckedCall[] = [];
  if (tool !== undefined) calls.push({ step, text, tool });
  if (compensateTool !== undefined && text.compensate !== undefined) {
    calls.push({ step, text: text.compensate, tool: compensateTool });
  }
  return calls;
}
