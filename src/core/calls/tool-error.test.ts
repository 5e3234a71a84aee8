import { describe, expect, it } from "vitest";
import { rawJson } from "../../kernel/raw-json.ts";
import { isToolError } from "./tool-error.ts";

describe("whether a tool's result is an error", () => {
  it.each([
    ['{"isError":true}', true],
    ['{ "content":[], "isError" : true }', true],
    ['{"isError":false}', false],
    ['{"isError":"true"}', false],
    ['{"content":[{"isError":true}]}', false],
    ['{"content":["\\"isError\\":true"]}', false],
    ["{}", false],
    ['["isError"]', false],
    ['{"isError":', false],
  ])("%s: %s", (text, expected) => {
    expect(isToolError(rawJson(Buffer.from(text)))).toBe(expected);
  });
});
