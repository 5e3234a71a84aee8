import { asBuffer } from "../../../kernel/as-buffer.ts";
import { jsonPointer } from "../../../kernel/json-pointer.ts";
import { scanStrings } from "./scan-strings.ts";
import { splitText } from "./split-text.ts";

/** A text that looks like a reference of another language, and is none. */
export interface Lookalike {
  /** A JSON pointer into the plan, of the string that holds it. */
  readonly pointer: string;
  /** As it is written, up to the end of its path and braces. */
  readonly text: string;
  /** What a reference would hold. */
  readonly path: string;
  readonly source: "steps" | "input" | "item";
  /** The first name behind the source: a step, or a member. */
  readonly name: string | undefined;
}

const PATH = String.raw`(?<path>(?<source>steps|input|item)(?:\.(?<name>[A-Za-z_]\w*))?(?:\.\w+|\[[\d*]+\])*)(?!\w)`;
/** `{{steps.a}}`, `{steps.a}`, `$steps.a` and `$.steps.a`; `$${…}` is text by intent. */
const MARKED = /* @__PURE__ */ new RegExp(
  String.raw`(?:(?<![${"$"}{])\{{1,2}\s*|\$\.?)${PATH}(?:\s*\}{1,2})?`,
  "g",
);
const BARE = /* @__PURE__ */ new RegExp(`^${PATH}$`);
const MAY_HOLD = /[{$".\s](?:steps|input|item)\b/;
/** Of one value; more would say nothing new. */
const MAX_FOUND = 20;

/** Finds what looks like a reference in the strings of a JSON value that stands at `pointer`. */
export function findLookalikes(json: Uint8Array, pointer: string): readonly Lookalike[] {
  if (!MAY_HOLD.test(asBuffer(json).toString("latin1"))) return [];
  const found: Lookalike[] = [];
  scanStrings(json, ({ start, end, isKey, path }) => {
    if (isKey || found.length >= MAX_FOUND) return;
    const raw = asBuffer(json).toString("utf8", start, end);
    if (!MAY_HOLD.test(raw)) return;
    const match = matchIn(JSON.parse(raw) as string);
    if (match?.groups === undefined) return;
    const { path: inside = "", source, name } = match.groups;
    found.push({
      pointer: `${pointer}${jsonPointer(path())}`,
      text: match[0],
      path: inside,
      source: source as Lookalike["source"],
      name,
    });
  });
  return found;
}

/** The first one in what is text of a string. */
function matchIn(text: string): RegExpExecArray | undefined {
  const bare = BARE.exec(text);
  if (bare?.groups?.["source"] === "steps") return bare;
  const parts = splitText(text);
  if ("unclosedAt" in parts) return undefined;
  for (const part of parts) {
    const [match] = part.kind === "text" ? part.text.matchAll(MARKED) : [];
    if (match !== undefined) return match;
  }
  return undefined;
}
