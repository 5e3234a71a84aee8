import type { Access, Principal } from "../../access/index.ts";
import { unknownTool } from "../../calls/index.ts";
import type { Catalog, Tool } from "../../catalog/index.ts";
import type { CallText, PlanText, StepText } from "../language/plan-text.ts";
import type { ProblemList } from "../language/problems.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";

export interface ToolLookup {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "tool" | "nearest">;
}

/** Different unknown tools for which the nearest are looked up: each costs a pass over the catalogue. */
const MAX_SUGGESTIONS = 20;

/** Looks up the tools of a plan's steps, and the steps by their ids. */
export function resolveSteps(
  plan: PlanText,
  principal: Principal,
  { problems, ...deps }: ToolLookup & { readonly problems: ProblemList },
): PlanDraft {
  const find = createToolFinder(principal, deps, problems);
  const byId = new Map<string, StepDraft>();
  const steps = plan.steps.map((text, position): StepDraft => {
    const { compensate } = text;
    const step: StepDraft = {
      position,
      text,
      tool: find(text),
      compensateTool: compensate && find(compensate),
      dependencies: new Map(),
      fallbackFor: undefined,
    };
    addId(text, step, { byId, problems });
    return step;
  });
  return { steps, byId, isTorn: plan.isTorn, problems };
}

function addId(
  { id, place }: StepText,
  step: StepDraft,
  { byId, problems }: { byId: Map<string, StepDraft>; problems: ProblemList },
): void {
  if (id === "") return;
  const before = byId.get(id);
  if (before === undefined) byId.set(id, step);
  else {
    const message = `there is another step "${id}" at ${before.text.place.path}`;
    problems.error("duplicate-id", { ...place, path: `${place.path}/id` }, message);
  }
}

/** Finds tools that the principal may use; those it may not use look like those that are not there. */
function createToolFinder(
  principal: Principal,
  deps: ToolLookup,
  problems: ProblemList,
): (call: CallText) => Tool | undefined {
  const complaints = new Map<string, string>();

  function complaint(wanted: string): string {
    const known = complaints.get(wanted);
    if (known !== undefined) return known;
    const message =
      complaints.size < MAX_SUGGESTIONS && !problems.isFull
        ? unknownTool(wanted, principal, deps).message
        : `There is no tool "${wanted.slice(0, 128)}".`;
    complaints.set(wanted, message);
    return message;
  }

  return ({ tool: wanted, toolPlace }) => {
    const tool = deps.catalog.tool(wanted);
    if (tool !== undefined && deps.access.canUse(principal, tool)) return tool;
    if (wanted !== "") problems.error("unknown-tool", toolPlace, complaint(wanted));
    return undefined;
  };
}
