import { describe, expect, it } from "vitest";
import { displayWidth, truncate } from "./display-width.ts";
import { prettyJson } from "./pretty-json.ts";
import { countOf, formatBytes, formatDuration } from "./quantities.ts";
import { singleLine, terminalSafe } from "./safe-text.ts";
import { createStyle } from "./style.ts";
import { renderTable, type Column } from "./table.ts";
import { indented, wrap } from "./wrap.ts";

const plain = createStyle(false);

describe("a table", () => {
  interface Row {
    readonly id: string;
    readonly about: string;
    readonly count: number;
  }
  const columns: readonly Column<Row>[] = [
    { title: "ID", value: ({ id }) => id, paint: () => "cyan" },
    { title: "COUNT", value: ({ count }) => String(count), align: "right" },
    { title: "ABOUT", value: ({ about }) => about, flexible: true },
  ];
  const rows: readonly Row[] = [
    { id: "a", about: "short", count: 5 },
    { id: "日本", about: "a much longer text that cannot stay whole", count: 12_345 },
  ];

  it("aligns its columns by what is seen", () => {
    expect(renderTable(rows, columns, { width: Infinity, style: plain }).split("\n")).toEqual([
      "ID    COUNT  ABOUT",
      "a         5  short",
      "日本  12345  a much longer text that cannot stay whole",
    ]);
  });

  it.each([120, 60, 40, 30, 24, 20])("fits %i columns", (width) => {
    const text = renderTable(rows, columns, { width, style: plain });
    for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it("cuts what is flexible first", () => {
    const text = renderTable(rows, columns, { width: 30, style: plain });
    expect(text).toContain("12345  a much longer te…");
  });

  it("says the same with colour as without", () => {
    const canvas = { width: 40, style: createStyle(true) };
    const painted = renderTable(rows, columns, canvas);
    expect(painted).toContain("\u001b[36ma\u001b[39m");
    const bare = painted.replaceAll(new RegExp(String.raw`\u001b\[\d+m`, "g"), "");
    expect(bare).toBe(renderTable(rows, columns, { ...canvas, style: plain }));
  });

  it("keeps a row on its line", () => {
    const row = { id: "a\nb", about: "c\td\u001b[1m", count: 1 };
    const text = renderTable([row], columns, { width: Infinity, style: plain });
    expect(text.split("\n")[1]).toBe("a b      1  c d\ufffd[1m");
  });
});

describe("the width of a text", () => {
  it.each([
    ["abc", 3],
    ["日本語", 6],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["ｆｕｌｌ", 8],
    ["\u200b", 0],
    ["", 0],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 4, "abc…"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["ab cdef", 4, "ab…"],
    ["abc", 1, "…"],
  ])("%j cut to %i is %j", (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut);
  });
});

describe("wrapping", () => {
  it("breaks at spaces, and keeps words whole", () => {
    expect(wrap("one two three\nfour", 8)).toEqual(["one two", "three", "four"]);
    expect(wrap("extraordinary", 5)).toEqual(["extraordinary"]);
    expect(indented("one two three four five six", "  ", 22)).toBe(
      "  one two three four\n  five six",
    );
  });
});

describe("laying out JSON", () => {
  it.each([
    ["[]", "[]"],
    ["{ }", "{}"],
    ['"a { b } , c"', '"a { b } , c"'],
    [String.raw`"a\"b\\"`, String.raw`"a\"b\\"`],
    ["12345678901234567890.10", "12345678901234567890.10"],
    ['{"a":[1,{}],"b":null}', '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": null\n}'],
  ])("%s", (text, expected) => {
    expect(prettyJson(text)).toBe(expected);
  });

  it("says what JSON.stringify says, and never breaks", () => {
    const value = { a: ["x\ny", { b: -1.5e-7, c: [[], {}] }], "d:e": true };
    expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    expect(prettyJson(`"${"x".repeat(5_000_000)}"`)).toHaveLength(5_000_002);
    for (const broken of ["", "]", "{", '"', "{]}"])
      expect(prettyJson(broken)).toBeTypeOf("string");
  });
});

describe("quantities", () => {
  it.each([
    [1.26, "1.3 ms"],
    [12.3, "12 ms"],
    [1500, "1.5 s"],
    [61_000, "1 min 1 s"],
    [3_723_000, "1 h 2 min"],
    [100_000_000, "1 d 3 h"],
  ])("%i ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([
    [999, "999 B"],
    [1000, "1.0 kB"],
    [123_456, "123 kB"],
    [5_000_000, "5.0 MB"],
  ])("%i bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("counts things", () => {
    expect([0, 1, 12_345].map((count) => countOf(count, "tool"))).toEqual([
      "0 tools",
      "1 tool",
      "12,345 tools",
    ]);
  });
});

describe("somebody else's text", () => {
  it("cannot act on a terminal", () => {
    expect(terminalSafe("a\r\nb\tc\u001b[2J\u009b\u202ed")).toBe("a\nb\tc\ufffd[2J\ufffdd");
    expect(singleLine("  a\n\n b\u0000 ")).toBe("a b\ufffd");
  });
});
