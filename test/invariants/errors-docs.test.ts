import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/edges/cli/failures/exit-codes.ts";
import { PROBLEM_KINDS } from "../../src/edges/http/status-codes.ts";

const text = readFileSync(path.resolve(import.meta.dirname, "../../docs/errors.md"), "utf8");

/** Code → the text of its section. */
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading.trim(), lines.join("\n").trim()];
    }),
);

describe("docs/errors.md", () => {
  it("has a section for every error code, in the code's order, and no other", () => {
    expect([...sections.keys()]).toEqual(Object.keys(PROBLEM_KINDS));
  });

  it.each(Object.entries(PROBLEM_KINDS))("gives the status of %s", (code, { status }) => {
    expect(sections.get(code)).toMatch(new RegExp(`^HTTP ${status}\\b`));
  });

  it("has a row for every exit code, and no other", () => {
    const rows = [...text.matchAll(/^\| (\d+) +\| /gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(EXIT));
  });

  it.each([...sections])("says something of %s", (_code, section) => {
    expect(section.length).toBeGreaterThan(40);
  });
});
