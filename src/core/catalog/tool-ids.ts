import { createHash } from "node:crypto";
import type { ServerId, ToolId } from "./ids.ts";

/** Longest tool id there is, in characters. */
export const MAX_TOOL_ID_LENGTH = 64;

const HASH_DIGITS = 8;
const ID_CHARACTERS = /^[A-Za-z0-9_-]+$/;
const LOOKS_SHORTENED = /_[0-9a-f]{8}$/;

/** A tool whose id is wanted. */
export interface ToolKey {
  readonly server: ServerId;
  readonly name: string;
}

/**
 * The plain id `<server>__<tool>`, where it is short enough, made of the right characters and could
 * be nobody else's; `undefined` where a shortened one is needed. A name that looks like a shortened
 * id, and a server whose `_` at the end would blur the seam, never get a plain id: so plain ids
 * collide neither with each other nor with shortened ones, in whatever order tools arrive.
 */
export function plainToolId(key: ToolKey, maxLength: number): ToolId | undefined {
  const id = `${key.server}__${key.name}`;
  const fits = id.length <= Math.min(maxLength, MAX_TOOL_ID_LENGTH) && ID_CHARACTERS.test(id);
  if (!fits || key.name === "" || key.server.endsWith("_") || LOOKS_SHORTENED.test(id)) {
    return undefined;
  }
  return id as ToolId;
}

/**
 * Gives every key a shortened id: what fits of the plain one, odd characters replaced by `_`, then
 * `_` and 8 hex digits of SHA-256(server NUL tool). Where two would be equal, the key that sorts
 * later takes the next 8 digits: the ids depend on the set of keys, not on their order.
 */
export function shortenedToolIds<Key extends ToolKey>(
  keys: Iterable<Key>,
  maxLength: number,
): Map<Key, ToolId> {
  const ids = new Map<Key, ToolId>();
  const taken = new Set<string>();
  for (const key of [...keys].toSorted(compareToolKeys)) {
    const id = shortenedToolId(key, Math.min(maxLength, MAX_TOOL_ID_LENGTH), taken);
    taken.add(id);
    ids.set(key, id);
  }
  return ids;
}

/** The catalogue's order: by server, then by upstream name, by UTF-16 code units. */
export function compareToolKeys(a: ToolKey, b: ToolKey): number {
  if (a.server !== b.server) return a.server < b.server ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function shortenedToolId(key: ToolKey, maxLength: number, taken: ReadonlySet<string>): ToolId {
  const readable = `${key.server}__${key.name}`
    .slice(0, MAX_TOOL_ID_LENGTH)
    .replaceAll(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, maxLength - HASH_DIGITS - 1);
  for (let round = 0; ; round++) {
    const digest = createHash("sha256").update(`${key.server}\0${key.name}`);
    if (round >= HASH_DIGITS) digest.update(`\0${round}`);
    const start = (round % HASH_DIGITS) * HASH_DIGITS;
    const id = `${readable}_${digest.digest("hex").slice(start, start + HASH_DIGITS)}`;
    if (!taken.has(id)) return id as ToolId;
  }
}
