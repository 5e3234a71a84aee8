import type { JsonValue } from "./json.ts";

/**
 * A JSON text kept as the bytes that arrived, so that it can be relayed unchanged and unrounded.
 * Parsed at most once, and only where somebody must look inside. The bytes must not be modified.
 */
export interface RawJson {
  readonly bytes: Uint8Array;
  /**
   * The parsed value; numbers beyond 2^53 are rounded here, never in `bytes`.
   * @throws SyntaxError when the bytes are not JSON.
   */
  value(): JsonValue;
}

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true });
const encoder = /* @__PURE__ */ new TextEncoder();

/** Wraps bytes that are already known to be well-formed JSON, or that the reader will check. */
export function rawJson(bytes: Uint8Array): RawJson {
  let parsed: { value: JsonValue } | undefined;
  return {
    bytes,
    value() {
      parsed ??= { value: JSON.parse(decoder.decode(bytes)) as JsonValue };
      return parsed.value;
    },
  };
}

/** Serialises a value; `undefined` members vanish as with `JSON.stringify`. */
export function toRawJson(value: unknown): RawJson {
  return rawJson(encoder.encode(JSON.stringify(value)));
}
