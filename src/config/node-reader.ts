import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from "yaml";
import type { JsonValue } from "../kernel/json.ts";
import type { ConfigPath } from "./problem.ts";

/** More values than any configuration holds; a file of nested aliases would unfold without an end. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 64;

/** Something wrong that a parser does not see, at an offset in the text. */
export interface Complaint {
  readonly offset: number;
  readonly path: ConfigPath;
  readonly message: string;
  /** Where the other of two equal keys stands. */
  readonly firstOffset?: number;
}

/** A parsed document as plain values, with the offsets they were found at. */
export interface ReadNodes {
  readonly value: JsonValue;
  readonly complaints: readonly Complaint[];
  /** Offset of the value at `path` or of its key; of the nearest one above where there is none. */
  offsetOf(path: ConfigPath, part: "key" | "value"): number;
}

interface Reading {
  readonly parsed: Document.Parsed;
  readonly isText: (path: ConfigPath) => boolean;
  readonly complaints: Complaint[];
  readonly places: Map<string, { readonly key: number; readonly value: number }>;
  nodes: number;
}

/** Turns a document's nodes into values: unfolds aliases and `<<`, finds repeated keys. */
export function readNodes(
  parsed: Document.Parsed,
  isText: (path: ConfigPath) => boolean,
): ReadNodes {
  const reading: Reading = { parsed, isText, complaints: [], places: new Map(), nodes: 0 };
  const value = readNode(reading, parsed.contents, []);
  return {
    value,
    complaints: reading.complaints,
    offsetOf(path, part) {
      for (let length = path.length; length > 0; length--) {
        const place = reading.places.get(keyOf(path.slice(0, length)));
        if (place !== undefined) return length === path.length ? place[part] : place.key;
      }
      return parsed.contents?.range[0] ?? 0;
    },
  };
}

function readNode(reading: Reading, node: ParsedNode | null, path: ConfigPath): JsonValue {
  if (node === null) return null;
  if (isOverLimits(reading, node, path)) return null;
  if (isAlias(node)) {
    const target = node.resolve(reading.parsed) as ParsedNode | undefined;
    if (target !== undefined) return readNode(reading, target, path);
    const message = `no anchor "&${node.source}" stands before this alias.`;
    reading.complaints.push({ offset: node.range[0], path, message });
    return null;
  }
  if (isMap(node)) return readMap(reading, node.items, path);
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const child = [...path, index];
      reading.places.set(keyOf(child), { key: item.range[0], value: item.range[0] });
      return readNode(reading, item, child);
    });
  }
  return readScalar(reading, node, path);
}

/** Counts the node; beyond the limits it complains once and lets nothing more be read. */
function isOverLimits(reading: Reading, node: ParsedNode, path: ConfigPath): boolean {
  if (reading.nodes > MAX_NODES) return true;
  reading.nodes += 1;
  if (reading.nodes <= MAX_NODES && path.length <= MAX_DEPTH) return false;
  reading.nodes = MAX_NODES + 1;
  const message = "too many values, or nested too deeply.";
  reading.complaints.push({ offset: node.range[0], path: path.slice(0, 2), message });
  return true;
}

function readScalar(reading: Reading, node: ParsedNode, path: ConfigPath): JsonValue {
  const value = isScalar(node) ? node.value : undefined;
  const source = isScalar(node) ? node.source : undefined;
  if (typeof value === "string" || value === null) return value;
  if (typeof value === "number" || typeof value === "boolean") {
    return reading.isText(path) ? (source ?? String(value)) : value;
  }
  const message = "must be a text, number, true, false, list or mapping.";
  reading.complaints.push({ offset: node.range[0], path, message });
  return null;
}

type NodePair = Pair<ParsedNode, ParsedNode | null>;

function readMap(reading: Reading, pairs: readonly NodePair[], path: ConfigPath): JsonValue {
  const members = new Map<string, JsonValue>();
  const isMerge = (pair: NodePair) => isScalar(pair.key) && pair.key.value === "<<";
  for (const pair of pairs) if (!isMerge(pair)) readPair(reading, pair, { path, members });
  for (const pair of pairs.filter(isMerge)) {
    mergeInto(members, readNode(reading, pair.value, [...path, "<<"]));
  }
  return Object.fromEntries(members);
}

function readPair(
  reading: Reading,
  pair: NodePair,
  into: { readonly path: ConfigPath; readonly members: Map<string, JsonValue> },
): void {
  const offset = pair.key.range[0];
  const source = isScalar(pair.key) ? (pair.key.source ?? pair.key.value) : undefined;
  if (typeof source !== "string") {
    reading.complaints.push({ offset, path: into.path, message: "a key must be plain text." });
    return;
  }
  const child = [...into.path, source];
  const earlier = into.members.has(source) ? reading.places.get(keyOf(child)) : undefined;
  if (earlier !== undefined) {
    const message = "set twice. Remove one of the two.";
    reading.complaints.push({ offset, path: child, message, firstOffset: earlier.key });
    return;
  }
  reading.places.set(keyOf(child), { key: offset, value: pair.value?.range[0] ?? offset });
  into.members.set(source, readNode(reading, pair.value, child));
}

/** YAML's merge key: members of the mapping itself win. */
function mergeInto(members: Map<string, JsonValue>, source: JsonValue): void {
  for (const part of Array.isArray(source) ? source : [source]) {
    for (const [name, value] of Object.entries((part ?? {}) as Record<string, JsonValue>)) {
      if (!members.has(name)) members.set(name, value);
    }
  }
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}
