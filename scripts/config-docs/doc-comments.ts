import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** What an interface says of one field. */
export interface FieldComment {
  /** The doc comment as one paragraph. */
  readonly text: string;
  /** The type as written, for example `readonly ApiKeyOptions[]`. */
  readonly type: string;
  /** Where the type's name is known. */
  readonly file: string;
}

const FIELD = /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s*)?readonly (\w+)\??:\s*([^;{]+)/g;

/**
 * The doc comments of an interface's fields, also of the one it extends, by field name. Reads the
 * source as text, since comments do not survive compilation.
 *
 * @param file Path from the repository's root.
 * @throws Error when the file holds no such interface.
 */
export function fieldComments(file: string, name: string): ReadonlyMap<string, FieldComment> {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const head = new RegExp(`^export interface ${name}(?: extends (\\w+))? \\{$`, "m").exec(source);
  if (head === null) return fieldComments(importedFrom(source, { file, name }), name);
  const start = head.index + head[0].length;
  const body = source.slice(start, source.indexOf("\n}", start));
  const parent = head[1] === undefined ? [] : fieldComments(file, head[1]);
  const own = [...body.matchAll(FIELD)].map(([, comment, field, type]): [string, FieldComment] => [
    field!,
    { text: paragraph(comment ?? ""), type: type!.trim(), file },
  ]);
  return new Map([...parent, ...own]);
}

/** The file that a source imports an interface from. */
function importedFrom(source: string, { file, name }: { file: string; name: string }): string {
  const imports = source.matchAll(/^import type \{([^}]*)\} from "(\.[^"]*)";$/gm);
  const from = [...imports].find(([, names]) => names!.split(/[\s,]+/).includes(name))?.[2];
  if (from === undefined) throw new Error(`${file} holds no interface ${name}.`);
  return posix.join(posix.dirname(file), from);
}

/** The doc comment of an interface itself; empty where it has none. */
export function interfaceComment(file: string, name: string): string {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  const above = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*export interface ${name}\\b`);
  return paragraph(above.exec(source)?.[1] ?? "");
}

/** The interface that a field's type names: as it is, in part, or as the items of a list. */
export function namedInterface(type: string): string | undefined {
  return /^(?:readonly |Partial<)?([A-Z]\w+)(?:\[\]|>)?$/.exec(type)?.[1];
}

function paragraph(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*?\s?/, "").trim())
    .join(" ")
    .trim();
}
