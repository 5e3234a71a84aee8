import type { Check } from "../host.ts";
import { countOf } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Paint } from "../text/style.ts";
import type { Canvas } from "../text/table.ts";
import { indented } from "../text/wrap.ts";

const LABELS = {
  ok: ["ok     ", "green"],
  warning: ["warning", "yellow"],
  failed: ["FAILED ", "red"],
} as const satisfies Record<Check["status"], readonly [string, Paint]>;

const INDENT = "         ";

/** One finding, with what to do about it below. */
export function renderCheck(check: Check, { style, width }: Canvas): string {
  const { name, status, detail, mend } = check;
  const [label, paint] = LABELS[status];
  const said = indented(singleLine(`${name}: ${detail}`), INDENT, width).slice(INDENT.length);
  const line = `${style(paint, label)}  ${said}`;
  if (mend === undefined || status === "ok") return line;
  return `${line}\n${indented(singleLine(`mend: ${mend}`), INDENT, width)}`;
}

/** How many checks ended how. */
export function summariseChecks(checks: readonly Check[]): string {
  const count = (status: Check["status"]): number =>
    checks.filter((check) => check.status === status).length;
  const [failed, warnings] = [count("failed"), count("warning")];
  const well =
    failed + warnings === 0 ? "All is well" : `${failed} failed, ${countOf(warnings, "warning")}`;
  return `${well} (${countOf(checks.length, "check")}).`;
}
