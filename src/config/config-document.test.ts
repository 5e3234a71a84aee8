import { describe, expect, it } from "vitest";
import { readConfigDocument } from "./config-document.ts";

const read = (text: string, file = "switchboard.yaml", isText = () => false) =>
  readConfigDocument(text, { file, isText });
const messages = (text: string, file?: string) =>
  read(text, file).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe("readConfigDocument", () => {
  it("gives the place of every key and value", () => {
    const { document } = read("gateway:\n  port: 8700\nlist:\n  - a\n  - b: 1\n");
    expect(document?.locate(["gateway", "port"])).toEqual({ line: 2, column: 9 });
    expect(document?.locate(["gateway", "port"], "key")).toEqual({ line: 2, column: 3 });
    expect(document?.locate(["list", 1, "b"])).toEqual({ line: 5, column: 8 });
  });

  it("gives the nearest place above one that is not there", () => {
    const { document } = read("a: 1\ngateway:\n  port: 8700\n");
    expect(document?.locate(["gateway", "host", "x"])).toEqual({ line: 2, column: 1 });
  });

  it("reads JSON with comments, whatever the file is called", () => {
    const text = `// servers\n{\n  "a": 1, // one\n  "b": [true,],\n}`;
    expect(read(text, "switchboard.json").document?.value).toEqual({ a: 1, b: [true] });
    expect(read(text, "switchboard.yaml").document?.value).toEqual({ a: 1, b: [true] });
    expect(read(text).document?.locate(["b"], "key")).toEqual({ line: 4, column: 3 });
  });

  it("reads surrogate pairs and escapes of JSON", () => {
    expect(read(`{"a": "\\ud83d\\ude00\\/\\n"}`).document?.value).toEqual({ a: "😀/\n" });
  });

  it("tells keys that are set twice, and where first", () => {
    expect(messages("a: 1\nb:\n  c: 1\n  c: 2\n")).toEqual([
      "4:3 set twice. Remove one of the two. (First: line 3.)",
    ]);
    expect(messages(`{"a": 1,\n "a": 2}`)).toEqual([
      "2:2 set twice. Remove one of the two. (First: line 1.)",
    ]);
  });

  it("tells syntax errors with their place", () => {
    expect(messages("a:\n\tb: 1\n")[0]).toMatch(/^2:1 not valid YAML: Tabs/);
    expect(messages(`{"a": 1\n "b": 2}`, "x.json")[0]).toMatch(/^\d:\d not valid JSON: /);
    expect(messages("a: 1\n---\nb: 2\n")[0]).toMatch(/^2:1 not valid YAML: .*multiple documents/);
  });

  it("unfolds anchors and merge keys", () => {
    const { document, problems } = read(
      "base: &base { cwd: /x, url: a }\none:\n  <<: *base\n  url: b\n",
    );
    expect(problems).toEqual([]);
    expect(document?.value).toMatchObject({ one: { cwd: "/x", url: "b" } });
  });

  it("refuses aliases without an anchor and those that hold themselves", () => {
    expect(messages("a: *nothing\n")).toEqual([
      '1:4 no anchor "&nothing" stands before this alias.',
    ]);
    expect(messages("a: &x { b: *x }\n")).toEqual(["1:12 too many values, or nested too deeply."]);
  });

  it("refuses aliases that would unfold to more than a configuration holds", () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) =>
        `l${at}: &l${at} [${Array.from({ length: 9 }, () => (at === 0 ? "1" : `*l${at - 1}`)).join(", ")}]`,
    );
    expect(messages(levels.join("\n")).map((text) => text.replace(/^\S+ /, ""))).toEqual([
      "too many values, or nested too deeply.",
    ]);
  });

  it("keeps the spelling of numbers where text belongs", () => {
    const text = "args: [1.10, 0755, true, x]\nport: 1.10\n";
    const found = readConfigDocument(text, {
      file: "a.yaml",
      isText: (path) => path[0] === "args",
    });
    expect(found.document?.value).toEqual({ args: ["1.10", "0755", "true", "x"], port: 1.1 });
  });

  it("takes an empty file for nothing", () => {
    expect(read("").document?.value).toBeNull();
    expect(read("# nothing yet\n").document?.value).toBeNull();
  });

  it("keeps a key called __proto__ a key", () => {
    const value = read("__proto__: { a: 1 }\n").document?.value as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
