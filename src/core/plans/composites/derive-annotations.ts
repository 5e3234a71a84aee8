import type { RawJson } from "../../../kernel/raw-json.ts";
import type { ToolAnnotations } from "../../catalog/index.ts";
import { namedTools } from "./named-tools.ts";

/** What is known of a tool; `undefined` for one that is not there. */
export type AnnotationsOf = (tool: string) => ToolAnnotations | undefined;

/**
 * What can be said of a tool whose work is a plan, from the tools that the plan names. Each hint is
 * given only as far as all of them bear it out; a tool that is not there may do anything.
 */
export function deriveAnnotations(plan: RawJson, annotationsOf: AnnotationsOf): ToolAnnotations {
  const tools = namedTools(plan).map((named) => ({ ...named, ...annotationsOf(named.tool) }));
  const openWorldHint = tools.some((tool) => tool.openWorldHint !== false);
  const writers = tools.filter((tool) => tool.readOnlyHint !== true);
  if (tools.length > 0 && writers.length === 0) return { readOnlyHint: true, openWorldHint };
  return {
    readOnlyHint: false,
    destructiveHint: writers.some((tool) => tool.destructiveHint !== false),
    // Idempotent calls are not so together when one is made with what another gave.
    idempotentHint: writers.every((tool) => tool.idempotentHint === true && !tool.mayReadSteps),
    openWorldHint,
  };
}
