import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonValue } from "../../../kernel/json.ts";
import { blankJsonComments } from "../../../kernel/json-comments.ts";
import { OPEN_BRACE } from "../../../mcp/json-bytes.ts";
import { JsonScanError, objectMembers, type Span } from "../../../mcp/json-scan.ts";
import { CommandError } from "../failures/usage-error.ts";
import { OWN_NAME, type ClientEntry } from "./client-entry.ts";

/**
 * Enters the gateway in a client's config: the rest of the text, comments too, stays as it is. An
 * entry of the same name is replaced. Gives back the same text when it says so already.
 * @throws CommandError when the text is not JSON, or what was written does not read back.
 */
export function insertEntry(text: string | undefined, added: ClientEntry): string {
  if (text === undefined || text.trim() === "") {
    return `${JSON.stringify({ [added.section]: { [OWN_NAME]: added.entry } }, null, 2)}\n`;
  }
  const before = parse(text);
  const section = before[added.section] ?? {};
  if (!isJsonObject(section)) throw unreadable(`"${added.section}" is not an object`);
  if (isDeepStrictEqual(section[OWN_NAME], added.entry)) return text;
  const after = splice(text, added);
  const wanted = { ...before, [added.section]: { ...section, [OWN_NAME]: added.entry } };
  if (isDeepStrictEqual(parse(after), wanted)) return after;
  throw unreadable("its form is not understood");
}

function parse(text: string): Readonly<Record<string, JsonValue>> {
  let value: unknown;
  try {
    value = JSON.parse(blankJsonComments(text));
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  if (isJsonObject(value)) return value;
  throw unreadable("it is not an object");
}

function splice(text: string, { section, entry }: ClientEntry): string {
  // One character for each byte, so that offsets in the text without comments hold in the text.
  const original = Buffer.from(text, "utf8").toString("latin1");
  const step = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  const entryText = asLatin1(JSON.stringify(entry, null, step));
  const file: Place = { text: original, bytes: scannable(original), depth: 0, step };
  const root = membersOf(file);
  const block = root.get(section);
  if (block === undefined) {
    const inner = inBraces(memberText(OWN_NAME, entryText), step);
    return fromLatin1(addMember(file, root, memberText(section, inner)));
  }
  const inside: Place = { ...file, span: block, depth: 1 };
  const members = membersOf(inside);
  const old = members.get(OWN_NAME);
  if (old === undefined) {
    return fromLatin1(addMember(inside, members, memberText(OWN_NAME, entryText)));
  }
  const replaced = deeper(entryText, step.repeat(2)).trimStart();
  return fromLatin1(original.slice(0, old.start) + replaced + original.slice(old.end));
}

/** An object in a text. */
interface Place {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Absent: the whole text. */
  readonly span?: Span;
  readonly depth: number;
  readonly step: string;
}

function membersOf({ bytes, span }: Place): Map<string, Span> {
  try {
    return objectMembers(bytes, span);
  } catch (error) {
    if (error instanceof JsonScanError) throw unreadable(error.message);
    throw error;
  }
}

/** Adds a member behind the last one, on a line of its own. */
function addMember(place: Place, members: ReadonlyMap<string, Span>, member: string): string {
  const { text, bytes, span, depth, step } = place;
  const lines = deeper(member, step.repeat(depth + 1));
  const last = [...members.values()].toSorted((a, b) => a.end - b.end).at(-1);
  if (last !== undefined) return `${text.slice(0, last.end)},\n${lines}${text.slice(last.end)}`;
  const open = bytes.indexOf(OPEN_BRACE, span?.start ?? 0);
  const rest = text.slice(open + 1);
  const closes = /^[ \t]*\}/.test(rest) ? `\n${step.repeat(depth)}${rest.trimStart()}` : rest;
  return `${text.slice(0, open + 1)}\n${lines}${closes}`;
}

function memberText(key: string, value: string): string {
  return `${JSON.stringify(key)}: ${value}`;
}

function inBraces(member: string, step: string): string {
  return `{\n${deeper(member, step)}\n}`;
}

function deeper(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent);
}

function scannable(original: string): Uint8Array {
  return Buffer.from(blankJsonComments(original), "latin1");
}

function asLatin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function fromLatin1(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

function unreadable(why: string): CommandError {
  return new CommandError(
    `The client's config cannot be edited: ${why}.`,
    "Mend it, or enter by hand what connect prints without --write.",
  );
}
