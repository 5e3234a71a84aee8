import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { QUOTE } from "../../../mcp/json-bytes.ts";
import { withMembers } from "../../../mcp/splice.ts";
import type { PlanReport } from "../plan-report.ts";

const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

/**
 * What a plan gives: its output, or, where it has none, the values of its steps by id, without those
 * of steps that were undone: what they tell of is no more.
 */
export function reportValue({ output, steps }: PlanReport): RawJson {
  if (output !== undefined) return output;
  const values = steps.flatMap(({ id, value, compensation }) =>
    value === undefined || compensation?.status === "succeeded" ? [] : [[id, value.bytes] as const],
  );
  return rawJson(withMembers(EMPTY_OBJECT, Object.fromEntries(values)));
}

/** A value as text for a reader: a text as it is, anything else as its JSON. */
export function valueText(value: RawJson): string {
  if (value.bytes[0] === QUOTE) return value.value() as string;
  const { buffer, byteOffset, byteLength } = value.bytes;
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
