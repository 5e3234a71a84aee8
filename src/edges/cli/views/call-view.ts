import type { z } from "zod";
import { callMetaSchema } from "../../../contract/index.ts";
import { arrayItems, JsonScanError, objectMembers, slice } from "../../../mcp/json-scan.ts";
import { CommandError } from "../failures/usage-error.ts";
import { prettyJson } from "../text/pretty-json.ts";
import { formatBytes, formatDuration } from "../text/quantities.ts";
import { singleLine, terminalSafe } from "../text/safe-text.ts";
import { readAnswer } from "../rest/rest-client.ts";
import { readContentBlock, type ContentBlock } from "./content-block.ts";

/** A call's answer, taken apart without parsing what the tool said. */
export interface CallResult {
  readonly isError: boolean;
  readonly content: readonly ContentBlock[];
  /** JSON text. */
  readonly structured?: string;
  readonly meta: z.output<typeof callMetaSchema>;
}

/** @throws CommandError when it is no call's answer. */
export function readCallResult(body: Uint8Array): CallResult {
  try {
    const members = objectMembers(body);
    const part = (key: string): Uint8Array | undefined => {
      const span = members.get(key);
      return span === undefined ? undefined : slice(body, span);
    };
    const content = part("content");
    const structured = part("structuredContent");
    const isError = part("isError");
    return {
      isError: isError !== undefined && Buffer.from(isError).toString("latin1") === "true",
      content:
        content === undefined
          ? []
          : arrayItems(content).map((span) => readContentBlock(slice(content, span))),
      ...(structured === undefined ? {} : { structured: Buffer.from(structured).toString("utf8") }),
      meta: readAnswer(callMetaSchema, part("meta") ?? Buffer.from("null")),
    };
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new CommandError(
      `The answer cannot be read: ${error.message}.`,
      "See it as it came with --json.",
    );
  }
}

/** What the tool said; for a terminal, so that nothing in it acts on the terminal. */
export function renderCallResult(result: CallResult, forTerminal: boolean): string {
  const { content, structured } = result;
  const parts = content.map(renderBlock);
  const said = content.some(({ kind }) => kind === "text");
  if (!said && structured !== undefined) parts.push(prettyJson(structured));
  const text = parts.length === 0 ? "(the tool answered nothing)" : parts.join("\n");
  return forTerminal ? terminalSafe(text) : text;
}

/** A line about a call; what is important is told also where nobody watches. */
export interface Remark {
  readonly text: string;
  readonly important: boolean;
}

/** How the call was answered. */
export function describeCall({ isError, meta }: CallResult, target: string): Remark[] {
  const { tool, cache, cacheHit, attempts, circuit, degraded, durationMs, handle } = meta;
  const remarks: Remark[] = [];
  const tell = (text: string): void => void remarks.push({ text, important: true });
  if (isError) tell("The tool says that it failed.");
  if (degraded !== undefined) {
    const { via, reason, ageMs, servedBy } = degraded;
    const age = ageMs === undefined ? "" : `, ${formatDuration(ageMs)} old`;
    const by = servedBy === undefined ? "" : ` by ${servedBy}`;
    tell(singleLine(`Answered in its place (${via}${by}${age}): ${reason}.`));
  }
  if (handle !== undefined) {
    const whole = `Only a preview of ${formatBytes(handle.bytes)}`;
    const place = `${target.replace(/\/$/, "")}/v1/results/${encodeURIComponent(handle.handle)}`;
    if (URL.canParse(target)) tell(`${whole}: read the rest at ${place}`);
    else tell(`${whole}: to read the rest, call it through a daemon (switchboard serve).`);
  }
  const facts = [
    tool,
    formatDuration(durationMs),
    ...(attempts <= 1 ? [] : [`${attempts} attempts`]),
    ...(cache === "none" || cache === "miss" ? [] : [`cache ${cache}${ageOf(cacheHit)}`]),
    ...(circuit === "closed" ? [] : [`circuit ${circuit}`]),
  ];
  return [...remarks, { text: facts.join(" · "), important: false }];
}

function ageOf(hit: CallResult["meta"]["cacheHit"]): string {
  return hit === undefined ? "" : `, ${formatDuration(hit.ageMs)} old`;
}

function renderBlock(block: ContentBlock): string {
  if (block.kind === "text") return block.text;
  if (block.kind === "other") return prettyJson(block.json);
  const size = block.bytes === undefined ? "" : `, ${formatBytes(block.bytes)}`;
  return `[${singleLine(block.what)}${size}]`;
}
