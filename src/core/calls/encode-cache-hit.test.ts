import { describe, expect, it } from "vitest";
import { rawJson } from "../../kernel/raw-json.ts";
import { encodeCacheHit } from "./encode-cache-hit.ts";

describe("what is told of a cached answer", () => {
  it("is its age", () => {
    expect(encodeCacheHit({ ageMs: 86_400_000 })).toBe('{"ageMs":86400000}');
  });

  it.each([
    ["an integer beyond 2^53", '{"id":9007199254740993}'],
    ["spaces and line ends", '{ "a" :\n1 }'],
    ["escapes and other scripts", '{"q":"\\u00e9 é 😀 \\"x\\""}'],
    ["numbers in any spelling", '{"n":[1.50e0,-0,1E400]}'],
    ["nothing", "{}"],
  ])("keeps the bytes of original arguments with %s", (_name, text) => {
    const originalArguments = rawJson(Buffer.from(text));
    const told = encodeCacheHit({ ageMs: 1, similarity: 0.951, originalArguments });
    expect(told).toBe(`{"ageMs":1,"similarity":0.951,"originalArguments":${text}}`);
  });

  it("takes arguments that are a part of a larger buffer", () => {
    const whole = Buffer.from('xx{"a":1}yy');
    const originalArguments = rawJson(whole.subarray(2, 9));
    expect(encodeCacheHit({ ageMs: 1, originalArguments })).toContain(
      '"originalArguments":{"a":1}}',
    );
  });
});
