import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { PLAN_PROBLEMS } from "../../src/core/plans/language/problems.ts";

const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/plans.md"), "utf8");

/** The rows of the table below a heading: the code, and what is said of it. */
function rowsBelow(heading: string): [string, string][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([a-z-]+)`\s+\| (.+?)\s*\|$/gm)].map((row) => [
    row[1]!,
    row[2]!,
  ]);
}

describe("docs/plans.md", () => {
  it("lists every code of a plan's problems, in the code's order and words", () => {
    expect(rowsBelow("Checking")).toEqual(Object.entries(PLAN_PROBLEMS));
  });
});
