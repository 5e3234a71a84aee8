import type { Tool } from "../../catalog/index.ts";
import type { CompiledStep, OnError, PlannedCall } from "../compiled-plan.ts";
import type { CallText } from "../language/plan-text.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";

/** A step as it runs; only of a plan without errors. */
export function assembleStep(step: StepDraft, plan: PlanDraft): CompiledStep {
  const { text, dependencies, fallbackFor } = step;
  const { when, forEach, retry, timeoutMs, cache, compensate } = text;
  return {
    id: text.id,
    pointer: text.place.path,
    ...assembleCall(text, step.tool),
    dependencies: [...dependencies].map(([other, kind]) => ({ step: other, kind })),
    onError: assembleOnError(step, plan),
    ...(fallbackFor === undefined ? {} : { fallbackFor }),
    ...(when === undefined ? {} : { when }),
    ...(forEach === undefined ? {} : { forEach }),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cache === undefined ? {} : { cache }),
    ...(compensate === undefined
      ? {}
      : { compensate: assembleCall(compensate, step.compensateTool) }),
  };
}

function assembleCall(text: CallText, tool: Tool | undefined): PlannedCall {
  if (tool === undefined) throw new Error(`The tool "${text.tool}" of a checked plan is missing.`);
  const { id, server, readOnly } = tool;
  return { tool: id, server, mayWrite: !readOnly, arguments: text.arguments };
}

function assembleOnError({ text: { onError } }: StepDraft, { byId }: PlanDraft): OnError {
  switch (onError.kind) {
    case "fail":
    case "continue":
      return { kind: onError.kind };
    case "value":
      return onError;
    case "step": {
      const target = byId.get(onError.step.id);
      if (target === undefined) throw new Error("The fallback step of a checked plan is missing.");
      return { kind: "step", step: target.position };
    }
  }
}
