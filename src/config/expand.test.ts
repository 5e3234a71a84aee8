import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeVariables, expandVariables, variableNameOf } from "./expand.ts";

const variables = { TOKEN: "s3cret", EMPTY: "", TRICKY: "${TOKEN}", HOME: "/home/me" };
const expand = (text: string) => expandVariables(text, variables).text;

describe("expandVariables", () => {
  it.each([
    ["Bearer ${TOKEN}", "Bearer s3cret"],
    ["${env:TOKEN}", "s3cret"],
    ["${MISSING:-fallback}", "fallback"],
    ["${env:MISSING:-a:-b}", "a:-b"],
    ["${EMPTY:-fallback}", "fallback"],
    ["[${EMPTY}]", "[]"],
    ["${TOKEN:-unused}${TOKEN}", "s3crets3cret"],
    ["${MISSING:-}", ""],
    ["$${TOKEN}", "${TOKEN}"],
    ["$$${TOKEN}", "$${TOKEN}"],
    ["$TOKEN $ {x} {TOKEN}", "$TOKEN $ {x} {TOKEN}"],
  ])("turns %s into %s", (text, wanted) => {
    expect(expand(text)).toBe(wanted);
  });

  it("never looks at what it filled in", () => {
    expect(expand("${TRICKY}")).toBe("${TOKEN}");
  });

  it.each([
    ["${MISSING}", "the environment variable MISSING is not set"],
    ["${input:github-token}", "such as ${GITHUB_TOKEN}"],
    ["${workspaceFolder}/x", "Write the path itself"],
    ["${userHome}/x", "Write ${HOME}"],
    ["${TOKEN", 'without a closing "}"'],
    ["${}", "is no reference"],
    ["${1A}", "is no reference"],
    ["${toString}", "toString is not set"],
  ])("says what is wrong with %s", (text, message) => {
    expect(expandVariables(text, variables).problems).toEqual([expect.stringContaining(message)]);
  });

  it("tells the values that may be secrets, but not such as HOME", () => {
    expect(expandVariables("${HOME}/${TOKEN}/${X:-y}", variables).values).toEqual(["s3cret"]);
  });

  it("gives back any text that was escaped", () => {
    const text = fc.string({
      unit: fc.constantFrom("$", "{", "}", "A", ":", "-", "é"),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (any) => {
        const result = expandVariables(escapeVariables(any), {});
        expect(result).toEqual({ text: any, values: [], problems: [] });
      }),
    );
  });

  it("fills in each reference with exactly its value, whatever stands around it and in it", () => {
    const plain = fc.string({ maxLength: 8 });
    const part = fc.oneof(
      plain.map((text) => ({ written: escapeVariables(text), meant: text })),
      plain.map((value) => ({ value })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const values: Record<string, string> = {};
        let written = "";
        let meant = "";
        for (const [index, one] of parts.entries()) {
          if ("value" in one) {
            values[`V${index}`] = one.value;
            written += `\${V${index}}`;
            meant += one.value;
          } else {
            // A "$" at its end would belong to what follows.
            written += `${one.written} `;
            meant += `${one.meant} `;
          }
        }
        expect(expandVariables(written, values).text).toBe(meant);
      }),
    );
  });
});

describe("variableNameOf", () => {
  it.each([
    ["github-token", "GITHUB_TOKEN"],
    ["apiKey", "APIKEY"],
    ["2fa.code", "INPUT_2FA_CODE"],
    ["--", "INPUT_"],
  ])("names %s %s", (name, wanted) => {
    expect(variableNameOf(name)).toBe(wanted);
  });
});
