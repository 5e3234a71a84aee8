import { describe, expect, it } from "vitest";
import { yamlToJson } from "./yaml-body.ts";

const MAX = 1_000_000;

function json(text: string): string {
  return yamlToJson(Buffer.from(text), MAX).toString();
}

describe("YAML as JSON", () => {
  it("reads maps, lists, texts, flags and nothing", () => {
    const text = [
      "steps:",
      "  - id: a # the first",
      '    tool: "users__add"',
      "    arguments: {on: true, off: no, none: ~, list: []}",
      "    when: >-",
      "      two",
      "      lines",
    ].join("\n");
    expect(JSON.parse(json(text))).toEqual({
      steps: [
        {
          id: "a",
          tool: "users__add",
          arguments: { on: true, off: "no", none: null, list: [] },
          when: "two lines",
        },
      ],
    });
  });

  it.each([
    ["9007199254740993", "9007199254740993"],
    ["-0.10", "-0.10"],
    ["1.00000000000000000001", "1.00000000000000000001"],
    ["+12345678901234567890", "12345678901234567890"],
    ["1e3", "1e3"],
    ["0x1F", "31"],
    ["0o17", "15"],
    ["017", "17"],
    [".5", "0.5"],
    ["'17'", '"17"'],
  ])("keeps the digits of %s", (text, expected) => {
    expect(json(`n: ${text}`)).toBe(`{"n":${expected}}`);
  });

  it("takes keys that are no texts as they are written", () => {
    expect(json("1: a\n1.0: b\ntrue: c\nnull: d\n__proto__: e")).toBe(
      '{"1":"a","1.0":"b","true":"c","null":"d","__proto__":"e"}',
    );
  });

  it("unfolds aliases", () => {
    expect(json("a: &x [1]\nb: *x\nc: {d: *x}")).toBe('{"a":[1],"b":[1],"c":{"d":[1]}}');
  });

  it("takes JSON, which is YAML too", () => {
    const text = '{"a":[1,2.50,"x\\u00e9",null],"b":{"c":"d\\n"}}';
    expect(JSON.parse(json(text))).toEqual(JSON.parse(text));
  });
});

describe("YAML that is refused", () => {
  it.each([
    ["a repeated key", "a: 1\nb: 2\na: 3", 'line 3, column 1: the key "a" stands here twice'],
    ["what is no YAML", "a: [1, 2\nb: 3", "line 2, column 1: "],
    ["a tab as indentation", "a:\n\t- b", "line 2, column 1: Tabs are not allowed as indentation"],
    ["an unknown tag", "a: 1\nb: !secret x", "line 2, column 4: Unresolved tag: !secret"],
    ["bytes", "a: !!binary aGk=", 'JSON has nothing like "aGk="'],
    ["infinity", "a: .inf", 'JSON has no number ".inf"'],
    [
      "a large hexadecimal number",
      "a: 0x20000000000001",
      'column 4: JSON has no number "0x20000000000001"; write it in decimal digits',
    ],
    ["an alias of nothing", "a: *x", "line 1, column 4: no anchor &x stands before this alias"],
    ["a value that holds itself", "a: &x [*x]", "no anchor &x stands before this alias"],
    ["a merge key", "a: &x {b: 1}\nc: {<<: *x}", "merge keys (<<) are not read"],
    ["a key that is a list", "? [a]\n: 1", "line 1, column 3: a key must be a text"],
    ["two documents", "a: 1\n---\nb: 2", "one document is expected"],
    [
      "lists in lists without end",
      "[".repeat(20_000),
      "line 1, column 130: it is nested too deeply",
    ],
    ["block lists without end", "- ".repeat(20_000), "it is nested too deeply"],
  ])("is %s", (_name, text, message) => {
    expect(() => json(text)).toThrow(message);
  });

  it.each([
    ["a: { b: ${item}, c: ${item} }", 'line 1, column 9: put "${item}" in quotes here'],
    ["a: {\n  b: ${x[0].y},\n  c: 1\n}", 'line 2, column 6: put "${x[0].y}" in quotes here'],
    ["a: [ ${x} ]\nb: 1", 'line 1, column 6: put "${x}" in quotes here'],
    ["a: { b: ${x", 'line 1, column 9: put "${…}" in quotes here'],
    [`a: { b: \${${"x".repeat(100)}} }`, 'put "${…}" in quotes here'],
  ])("is a bare reference in %j, and is told once", (text, message) => {
    expect(() => json(text)).toThrow(message);
    expect(() => json(text)).not.toThrow("more)");
  });

  it("names every problem of the text", () => {
    expect(() => json("a: !x 1\nb: !y 2")).toThrow("Unresolved tag: !x (and 1 more)");
  });

  it("is a text whose aliases unfold to too much", () => {
    const lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"];
    for (let n = 1; n < 12; n++) {
      lines.push(`a${n}: &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(",")}]`);
    }
    expect(() => json(lines.join("\n"))).toThrow("its aliases unfold to more than 1000000 bytes");
  });

  it("is more than half a MiB", () => {
    expect(() => json(`a: ${"x".repeat(600_000)}`)).toThrow(
      expect.objectContaining({ code: "payload-too-large", data: { limitBytes: 524_288 } }),
    );
  });

  it("is not UTF-8", () => {
    expect(() => yamlToJson(Buffer.from([0x61, 0x3a, 0x20, 0xff]), MAX)).toThrow("not UTF-8");
  });
});
