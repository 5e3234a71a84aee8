import { type Document, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { isJsonText } from "../config-document.ts";
import { SERVER_SECTIONS } from "../file-schema.ts";
import { blankJsonComments } from "../../kernel/json-comments.ts";

/** A name and its value in a file, and the offsets of both. */
export interface Member {
  readonly name: string;
  readonly keyStart: number;
  readonly valueEnd: number;
}

/** The block of servers in a file's text, ready to be edited. */
export interface ServerSection {
  readonly json: boolean;
  readonly document: Document.Parsed;
  /** The name of the block: the one that is there, else the one to make. */
  readonly name: (typeof SERVER_SECTIONS)[number];
  /** Absent when the file has no such block; without members when it is empty. */
  readonly block?: {
    readonly flow: boolean;
    readonly start: number;
    readonly end: number;
    readonly members: readonly Member[];
  };
}

/**
 * Finds where the servers stand in a file, in the block `wanted` or the first that there is;
 * `undefined` when its text cannot be parsed or is no mapping.
 */
export function findServerSection(
  text: string,
  file: string,
  wanted?: ServerSection["name"],
): ServerSection | undefined {
  const json = isJsonText(text, file);
  const document = parseDocument(json ? blankJsonComments(text) : text, { prettyErrors: false });
  const root = document.contents;
  if (document.errors.length > 0 || (root !== null && !isMap(root) && !isEmpty(root))) return;
  const items = isMap(root) ? (root.items as readonly Pair[]) : [];
  const names = wanted === undefined ? SERVER_SECTIONS : [wanted];
  const pair = names
    .map((name) => items.find((item) => nameOf(item) === name))
    .find((item) => item !== undefined);
  const name = pair === undefined ? "mcpServers" : (nameOf(pair) as ServerSection["name"]);
  const value = pair?.value;
  if (!isMap(value)) return { json, document, name };
  const map = value as YAMLMap.Parsed;
  const members = map.items.map((item) => ({
    name: nameOf(item),
    keyStart: item.key.range[0],
    valueEnd: (item.value ?? item.key).range[1],
  }));
  const [start, end] = map.range;
  return { json, document, name, block: { flow: map.flow === true, start, end, members } };
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}
