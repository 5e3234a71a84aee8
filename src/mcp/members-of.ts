import type { RawJson } from "../kernel/raw-json.ts";
import { objectMembers, parseSpan, type Span } from "./json-scan.ts";

const known = /* @__PURE__ */ new WeakMap<RawJson, ReadonlyMap<string, Span>>();

/**
 * The members of a raw object, scanned once however many look at it.
 * @throws JsonScanError when it is not a JSON object.
 */
export function membersOf(raw: RawJson): ReadonlyMap<string, Span> {
  const before = known.get(raw);
  if (before !== undefined) return before;
  const members = objectMembers(raw.bytes);
  known.set(raw, members);
  return members;
}

/** One member of a raw object, parsed; `undefined` where it has none, or is no object. */
export function memberOf(raw: RawJson | undefined, key: string): unknown {
  if (raw === undefined || raw.bytes[0] !== 0x7b) return undefined;
  const span = membersOf(raw).get(key);
  return span && parseSpan(raw.bytes, span);
}
