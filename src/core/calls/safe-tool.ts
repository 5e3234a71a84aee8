import type { Tool } from "../catalog/index.ts";

/** Whether calling twice does no more harm than once: the tool only reads, or says it is idempotent. */
export function isSafeTool(tool: Tool): boolean {
  return tool.readOnly || tool.annotations?.idempotentHint === true;
}
