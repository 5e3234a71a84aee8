import { stringify } from "yaml";
import type { JsonObject } from "../../kernel/json.ts";
import type { Member, ServerSection } from "./find-section.ts";

/** A text with one entry more, all else as it was; `undefined` where the text's form does not allow it. */
export function insertEntry(
  text: string,
  section: ServerSection,
  added: { readonly name: string; readonly entry: JsonObject },
): string | undefined {
  return section.json ? insertIntoJson(text, section, added) : insertIntoYaml(text, section, added);
}

/** A text without the entry, all else as it was; `undefined` where the text's form does not allow it. */
export function removeEntry(
  text: string,
  section: ServerSection,
  name: string,
): string | undefined {
  const members = section.block?.members ?? [];
  const index = members.findIndex((member) => member.name === name);
  const member = members[index];
  if (member === undefined) return undefined;
  const among = { previous: members[index - 1], member, next: members[index + 1] };
  if (section.json) return cut(text, ...jsonRange(among));
  const alone = members.length === 1;
  return section.block?.flow === true || alone ? undefined : cut(text, ...yamlRange(text, among));
}

interface Among {
  readonly previous: Member | undefined;
  readonly member: Member;
  readonly next: Member | undefined;
}

/** A member with the comma that would be left over. */
function jsonRange({ previous, member, next }: Among): [from: number, to: number] {
  if (next !== undefined) return [member.keyStart, next.keyStart];
  return [previous?.valueEnd ?? member.keyStart, member.valueEnd];
}

/** The lines of a member, with the comments above it. */
function yamlRange(text: string, { member, next }: Among): [from: number, to: number] {
  const from = startOfComments(text, lineStart(text, member.keyStart));
  if (next === undefined) return [from, lineEnd(text, lastFilled(text, member.valueEnd))];
  return [from, startOfComments(text, lineStart(text, next.keyStart))];
}

function insertIntoYaml(
  text: string,
  { block, name: sectionName }: ServerSection,
  added: { readonly name: string; readonly entry: JsonObject },
): string | undefined {
  const member = { [added.name]: added.entry };
  const options = { lineWidth: 0, indent: indentOf(text).length } as const;
  if (block === undefined) {
    const whole = text.trimEnd() === "" ? "" : `${text.trimEnd()}\n\n`;
    return `${whole}${stringify({ [sectionName]: member }, options)}`;
  }
  const last = block.members.at(-1);
  if (block.flow || last === undefined) return undefined;
  const column = last.keyStart - lineStart(text, last.keyStart);
  const at = lineEnd(text, lastFilled(text, last.valueEnd));
  const before = text.slice(0, at);
  const newline = before.endsWith("\n") ? "" : "\n";
  const lines = indented(stringify(member, options), " ".repeat(column));
  return `${before}${newline}${lines}${text.slice(at)}`;
}

function insertIntoJson(
  text: string,
  { block, name: sectionName }: ServerSection,
  added: { readonly name: string; readonly entry: JsonObject },
): string | undefined {
  const indent = indentOf(text);
  const json = (value: unknown) => JSON.stringify(value, null, indent);
  if (block === undefined) {
    const open = text.indexOf("{");
    if (open === -1) return undefined;
    const empty = /^\{\s*\}/.test(text.slice(open));
    const inside = indented(json({ [added.name]: added.entry }), indent).trimStart();
    const member = `\n${indent}${JSON.stringify(sectionName)}: ${inside}${empty ? "\n" : ","}`;
    const rest = empty ? text.slice(text.indexOf("}", open)) : text.slice(open + 1);
    return `${text.slice(0, open + 1)}${member}${rest}`;
  }
  const last = block.members.at(-1);
  const pad = indent.repeat(2);
  const member = `${pad}${JSON.stringify(added.name)}: ${indented(json(added.entry), pad).trimStart()}`;
  if (last === undefined) {
    return `${text.slice(0, block.start)}{\n${member}\n${indent}}${text.slice(block.end)}`;
  }
  return `${text.slice(0, last.valueEnd)},\n${member}${text.slice(last.valueEnd)}`;
}

function indented(text: string, pad: string): string {
  return text.replaceAll(/^(?=.)/gm, pad);
}

/** One step of indentation, as the text has it; two spaces where it has none. */
function indentOf(text: string): string {
  return /^( +|\t)\S/m.exec(text)?.[1] ?? "  ";
}

function cut(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(to);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Just behind the newline that ends the line of `at`. */
function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** The last character before `end` that is not white space: a value's range may run on over blank lines. */
function lastFilled(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length - 1;
}

/** Where the comment lines directly above a line begin: they are about what follows. */
function startOfComments(text: string, start: number): number {
  let from = start;
  while (from > 0) {
    const above = lineStart(text, from - 1);
    if (!/^\s*#/.test(text.slice(above, from))) return from;
    from = above;
  }
  return from;
}
