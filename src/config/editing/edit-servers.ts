import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { readConfigDocument } from "../config-document.ts";
import { SERVER_SECTIONS } from "../file-schema.ts";
import { toServerId } from "../servers/server-id.ts";
import { insertEntry, removeEntry } from "./edit-text.ts";
import { findServerSection, type ServerSection } from "./find-section.ts";

/** One change of a file's servers. `remove` takes a server's id or the name it stands under. */
export type ServerEdit =
  | { readonly kind: "add"; readonly name: string; readonly entry: JsonObject }
  | { readonly kind: "remove"; readonly name: string };

/** The file's new text, or why it was left alone. */
export type EditResult =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Adds and removes servers in the text of a configuration file, in its `mcpServers` or `servers`
 * block, which is made where there is none. Comments and formatting stay: only the lines of the
 * entry come or go (where YAML's form does not allow that, the file is written anew, with its
 * comments). The result is parsed again and must say exactly what was asked for.
 *
 * @param file The file's name tells YAML from JSON.
 */
export function editServers(text: string, file: string, edits: readonly ServerEdit[]): EditResult {
  const isCrlf = text.includes("\r\n") && !/(?<!\r)\n/.test(text);
  let current = isCrlf ? text.replaceAll("\r\n", "\n") : text;
  for (const edit of edits) {
    const result = applyEdit(current, file, edit);
    if (result.kind === "failed") return result;
    current = result.text;
  }
  return { kind: "ok", text: isCrlf ? current.replaceAll("\n", "\r\n") : current };
}

function applyEdit(text: string, file: string, edit: ServerEdit): EditResult {
  const before = valueOf(text, file);
  const place = before === undefined ? undefined : placeOf(before, edit.name);
  const section = findServerSection(text, file, place?.section);
  if (before === undefined || section === undefined) {
    return failed(`${file} cannot be edited, because it cannot be read. Mend it first.`);
  }
  const name = place?.name;
  const refusal = refusalOf(file, edit, { name, names: namesOf(before) });
  if (refusal !== undefined) return failed(refusal);
  const change = edit.kind === "add" ? edit : { name: name ?? edit.name };
  const wanted = changed(before, section.name, change);
  for (const write of [spliced, rewritten]) {
    const result = write(text, section, change);
    if (result !== undefined && means(result, file, wanted)) return { kind: "ok", text: result };
  }
  return failed(`${file} cannot be edited by this command in the form it has. Edit it by hand.`);
}

/** A server's new entry; absent to remove it. */
interface Change {
  readonly name: string;
  readonly entry?: JsonObject;
}

function changed(file: JsonObject, section: string, { name, entry }: Change): JsonObject {
  const block = { ...blockOf(file, section) };
  if (entry === undefined) delete block[name];
  else block[name] = entry;
  return { ...file, [section]: block };
}

function spliced(text: string, section: ServerSection, { name, entry }: Change) {
  return entry === undefined
    ? removeEntry(text, section, name)
    : insertEntry(text, section, { name, entry });
}

/** Where a server stands already, by the name it has there. */
function placeOf(file: JsonObject, name: string) {
  for (const section of SERVER_SECTIONS) {
    const found = Object.keys(blockOf(file, section)).find(
      (one) => one === name || toServerId(one) === toServerId(name),
    );
    if (found !== undefined) return { section, name: found };
  }
  return undefined;
}

function refusalOf(
  file: string,
  edit: ServerEdit,
  there: { readonly name: string | undefined; readonly names: readonly string[] },
): string | undefined {
  if (edit.kind === "add" && there.name !== undefined) {
    return `${file} has a server "${there.name}" already. Remove it first, or take another name.`;
  }
  if (edit.kind === "remove" && there.name === undefined) {
    return `${file} has no server "${edit.name}". It has: ${there.names.join(", ") || "none"}.`;
  }
  return undefined;
}

function namesOf(file: JsonObject): string[] {
  return SERVER_SECTIONS.flatMap((section) => Object.keys(blockOf(file, section)));
}

/** The whole file written anew by the YAML library, which keeps comments but not all of the layout. */
function rewritten(
  _text: string,
  { json, document, name: section, block }: ServerSection,
  { name, entry }: Change,
): string | undefined {
  if (json) return undefined;
  if (entry === undefined) document.deleteIn([section, name]);
  else if (block === undefined) document.set(section, document.createNode({ [name]: entry }));
  else document.setIn([section, name], document.createNode(entry));
  return document.toString({ lineWidth: 0 });
}

function failed(message: string): EditResult {
  return { kind: "failed", message };
}

function valueOf(text: string, file: string): JsonObject | undefined {
  const { document, problems } = readConfigDocument(text, { file, isText: () => false });
  if (document === undefined || problems.length > 0) return undefined;
  const value = document.value ?? {};
  return isJsonObject(value) ? value : undefined;
}

function blockOf(file: JsonObject, section: string): Record<string, JsonValue> {
  const block = file[section];
  return isJsonObject(block) ? block : {};
}

/** Whether a text says what is wanted; an empty block may be missing or null. */
function means(text: string, file: string, wanted: JsonObject): boolean {
  const value = valueOf(text, file);
  if (value === undefined) return false;
  return isDeepStrictEqual(withoutEmpty(value), withoutEmpty(wanted));
}

function withoutEmpty(file: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(file).filter(
      ([, value]) => value !== null && !(isJsonObject(value) && Object.keys(value).length === 0),
    ),
  );
}
