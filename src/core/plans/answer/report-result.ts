import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { OPEN_BRACE } from "../../../mcp/json-bytes.ts";
import { GATEWAY_META } from "../../../mcp/meta-keys.ts";
import { withMembers, type Members } from "../../../mcp/splice.ts";
import type { PlanReport } from "../plan-report.ts";
import { reportLines } from "./report-lines.ts";
import { reportValue, valueText } from "./report-value.ts";

const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

/**
 * The `tools/call` result of a composite tool whose plan has ended: its value as text and, where it
 * is an object, as `structuredContent`; or `isError` with what failed. `_meta` names the plan and
 * how it went.
 */
export function reportResult(report: PlanReport, name: string): RawJson {
  const { id, status } = report;
  const meta = JSON.stringify({ [GATEWAY_META.plan]: { id, status, ...notes(report) } });
  if (status !== "succeeded" && status !== "partial") {
    const lines = [`The plan behind "${name}" ${endedHow(status)}.`, ...reportLines(report)];
    return result({ content: textContent(lines.join("\n")), isError: "true", _meta: meta });
  }
  const value = reportValue(report);
  const structured = value.bytes[0] === OPEN_BRACE ? { structuredContent: value.bytes } : {};
  return result({ content: textContent(valueText(value)), ...structured, _meta: meta });
}

/** A result that says why a composite tool could not do its work. */
export function refusalResult(lines: readonly string[]): RawJson {
  return result({ content: textContent(lines.join("\n")), isError: "true" });
}

function endedHow(status: PlanReport["status"]): string {
  return status === "cancelled" ? "was cancelled" : "failed";
}

function notes(report: PlanReport): { readonly notes?: readonly string[] } {
  return report.status === "partial" ? { notes: reportLines(report) } : {};
}

function textContent(text: string): string {
  return JSON.stringify([{ type: "text", text }]);
}

function result(members: Members): RawJson {
  return rawJson(withMembers(EMPTY_OBJECT, members));
}
