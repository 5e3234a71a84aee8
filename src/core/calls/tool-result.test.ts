import { describe, expect, it } from "vitest";
import { rawJson } from "../../kernel/raw-json.ts";
import { isToolError, readToolResult } from "./tool-result.ts";

const body = (text: string) => rawJson(Buffer.from(text));
const textOf = (part: { bytes: Uint8Array } | undefined): string | undefined =>
  part && Buffer.from(part.bytes).toString();

describe("a tool's result", () => {
  it("gives its parts as the bytes that came", () => {
    const parts = readToolResult(
      body('{"x":1,"content":[ {"n":9007199254740993} ],"structuredContent":1e400,"isError":true}'),
    );
    expect(parts.isError).toBe(true);
    expect(textOf(parts.content)).toBe('[ {"n":9007199254740993} ]');
    expect(textOf(parts.structuredContent)).toBe("1e400");
  });

  it("leaves out what is missing", () => {
    expect(readToolResult(body("{}"))).toEqual({ isError: false });
    expect(readToolResult(body("[1]"))).toEqual({ isError: false });
    expect(readToolResult(body("broken"))).toEqual({ isError: false });
  });

  it.each([
    ['{"isError":true}', true],
    ['{ "content":[], "isError" : true }', true],
    ['{"isError":false}', false],
    ['{"isError":"true"}', false],
    ['{"content":[{"isError":true}]}', false],
    ['{"content":["\\"isError\\":true"]}', false],
    ["{}", false],
  ])("%s is an error: %s", (text, expected) => {
    expect(isToolError(body(text))).toBe(expected);
  });
});
