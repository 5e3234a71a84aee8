import { describe, expect, it } from "vitest";
import { parseEnvFile } from "./env-file.ts";

describe("parseEnvFile", () => {
  it("reads names and values as dotenv files have them", () => {
    const text = [
      "\uFEFF# comment",
      "",
      "PLAIN=one two  # comment",
      "export EXPORTED = yes",
      "HASH=a#b",
      "EMPTY=",
      `DOUBLE="line\\n\\"quoted\\" # kept" # comment`,
      "SINGLE='as $it \\n is'",
      'MULTI="first',
      'second"',
      "URL=https://x/?a=b&c=${D}",
    ].join("\r\n");
    expect(parseEnvFile(text)).toEqual({
      badLines: [],
      variables: {
        PLAIN: "one two",
        EXPORTED: "yes",
        HASH: "a#b",
        EMPTY: "",
        DOUBLE: 'line\n"quoted" # kept',
        SINGLE: "as $it \\n is",
        MULTI: "first\nsecond",
        URL: "https://x/?a=b&c=${D}",
      },
    });
  });

  it("tells the lines it cannot read, and reads the others", () => {
    expect(parseEnvFile(`A=1\njust words\n1B=2\nC="open\nD=4\n`)).toEqual({
      badLines: [2, 3, 4],
      variables: { A: "1", D: "4" },
    });
  });
});
