import { describe, expect, it } from "vitest";
import { rawJson } from "../../../kernel/raw-json.ts";
import { StepError } from "../step-error.ts";
import { stepValue } from "./step-value.ts";

const valueOf = (result: string): string =>
  Buffer.from(stepValue(rawJson(Buffer.from(result))).bytes).toString();
const text = (...texts: string[]): string =>
  JSON.stringify({ content: texts.map((each) => ({ type: "text", text: each })) });

function failureOf(result: string): StepError {
  try {
    valueOf(result);
  } catch (error) {
    if (error instanceof StepError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("a step's value", () => {
  it.each<[string, string, string]>([
    [
      "its structured content, byte for byte",
      '{"content":[],"structuredContent": {"id": 9007199254740993, "x":1.0}}',
      '{"id": 9007199254740993, "x":1.0}',
    ],
    [
      "its text as JSON, byte for byte",
      text(' {"id": 9007199254740993}\n'),
      '{"id": 9007199254740993}',
    ],
    ["a number that its text is", text("42"), "42"],
    ["its text", text("plain words"), '"plain words"'],
    ["its text, though it begins like JSON", text("{not json"), '"{not json"'],
    ["its texts, one below the other", text("one", "two"), '"one\\ntwo"'],
    ["an empty text", text(""), '""'],
    [
      "its content, where that holds no text",
      '{"content":[{"type":"image","data":"aa"}]}',
      '[{"type":"image","data":"aa"}]',
    ],
    ["an empty array, where there is none", "{}", "[]"],
    [
      "its text, where the structured content is null",
      '{"structuredContent":null,"content":[{"type":"text","text":"a"}]}',
      '"a"',
    ],
    [
      "its text beside other content",
      '{"content":[{"type":"image","data":"aa"},{"type":"text","text":"seen"}],"isError":false}',
      '"seen"',
    ],
  ])("is %s", (_, result, value) => {
    expect(valueOf(result)).toBe(value);
  });

  it("is none for a result that says isError: its text is the reason, cut where it is long", () => {
    const result = `{"isError":true,"content":[{"type":"text","text":"${"x".repeat(5_000)}"}]}`;
    const { code, message } = failureOf(result);
    expect(code).toBe("tool-error");
    expect(message).toHaveLength(2_001);
    expect(failureOf('{"isError":true}').message).toContain("gave no text");
  });

  it("is none for what is no result", () => {
    expect(failureOf("[1]").code).toBe("upstream-protocol");
  });

  it("does not keep the frame alive that it came in", () => {
    const frame = Buffer.from(`{"structuredContent":{"a":1},"content":"${"x".repeat(1_000)}"}`);
    const { bytes } = stepValue(rawJson(frame));
    expect(bytes.buffer.byteLength).toBe(7);
  });
});
