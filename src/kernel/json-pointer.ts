import type { JsonValue } from "./json.ts";

/** Writes a path into a JSON document as a JSON pointer (RFC 6901); the root is the empty text. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The keys that a JSON pointer goes through, from the root. */
export function pointerKeys(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * What a reference of the form `#/a/b` (a JSON pointer as a URI fragment, RFC 6901 §6) points at in
 * a document; `undefined` when it has another form, or nothing stands there. Own members only.
 */
export function valueAtFragment(root: JsonValue, fragment: string): JsonValue | undefined {
  if (fragment !== "#" && !fragment.startsWith("#/")) return undefined;
  let node: JsonValue | undefined = root;
  for (const token of fragment.split("/").slice(1)) {
    if (typeof node !== "object" || node === null) return undefined;
    const key = decodeToken(token);
    node = Object.hasOwn(node, key)
      ? (node as Readonly<Record<string, JsonValue>>)[key]
      : undefined;
  }
  return node;
}

function decodeToken(token: string): string {
  const unescaped = token.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(unescaped);
  } catch {
    return unescaped;
  }
}
