import type { ToolRequest } from "./discovery.ts";

const TAG = /<(\/?)tool_assistant>/gi;
const KEY_LINE = /^[ \t]*(server|tool|task)[ \t]*:(.*)$/i;

/**
 * Reads the `<tool_assistant>` blocks of a model's text (MCP-Zero, arXiv 2506.01056), in order: lines
 * `server:` and `tool:` (or `task:`) in any case; a line without a key continues the one before. A
 * block that is not closed ends with the text or at the next one; one without a tool is left out.
 * Cost: one pass.
 */
export function parseToolRequests(text: string): ToolRequest[] {
  const requests: ToolRequest[] = [];
  for (const block of blocksOf(text)) {
    const { server = "", tool = "" } = readBlock(block);
    if (tool === "") continue;
    requests.push(server === "" ? { tool } : { server, tool });
  }
  return requests;
}

function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let start: number | undefined;
  for (const tag of text.matchAll(TAG)) {
    if (start !== undefined) blocks.push(text.slice(start, tag.index));
    start = tag[1] === "" ? tag.index + tag[0].length : undefined;
  }
  if (start !== undefined) blocks.push(text.slice(start));
  return blocks;
}

function readBlock(block: string): { server?: string; tool?: string } {
  const values: { server?: string; tool?: string } = {};
  let last: "server" | "tool" | undefined;
  for (const line of block.split(/\r?\n/)) {
    const [, key, value = line] = KEY_LINE.exec(line) ?? [];
    if (key !== undefined) last = key.toLowerCase() === "server" ? "server" : "tool";
    if (last === undefined) continue;
    values[last] = `${key === undefined ? (values[last] ?? "") : ""} ${value.trim()}`.trim();
  }
  return values;
}
