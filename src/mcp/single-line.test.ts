import { describe, expect, it } from "vitest";
import { singleLine } from "./single-line.ts";

describe("singleLine", () => {
  it("turns line ends between tokens into spaces", () => {
    const text = Buffer.from('{\r\n  "a": "b\\n",\n  "c": 1\r}');
    const line = Buffer.from(singleLine(text)).toString();
    expect(line).toBe('{    "a": "b\\n",   "c": 1 }');
    expect(JSON.parse(line)).toEqual({ a: "b\n", c: 1 });
  });

  it("gives back the same bytes where there is nothing to turn", () => {
    const text = Buffer.from('{"a":1}');
    expect(singleLine(text)).toBe(text);
  });
});
