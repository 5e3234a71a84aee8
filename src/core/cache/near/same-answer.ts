import type { RawJson } from "../../../kernel/raw-json.ts";
import { isJsonObject, type JsonValue } from "../../../kernel/json.ts";

/** What two answers must have in common to say the same; all else tells how they came about. */
const SPOKEN = ["content", "structuredContent"] as const;

/** Whether two `tools/call` results say the same, whatever order their members have. */
export function isSameAnswer(one: RawJson, other: RawJson): boolean {
  const [a, b] = [valueOf(one), valueOf(other)];
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  return SPOKEN.every((name) => isEqual(a[name], b[name]));
}

function valueOf(raw: RawJson): JsonValue | undefined {
  try {
    return raw.value();
  } catch {
    return undefined;
  }
}

function isEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}
