import { describe, expect, it } from "vitest";
import { rawJson } from "../../kernel/raw-json.ts";
import { readToolCall } from "./tool-call-params.ts";

const read = (params: string) => readToolCall(rawJson(Buffer.from(params)), () => undefined);
const metaOf = (params: string): string | undefined => {
  const { meta } = read(params);
  return meta && Buffer.from(meta.bytes).toString();
};

describe("the params of a tools/call", () => {
  it("keep the bytes of the arguments, and of the caller's own _meta", () => {
    const call = read('{"name":"t","arguments":{ "n": 9007199254740993 },"_meta":{"a": 1.0}}');
    expect(Buffer.from(call.arguments.bytes).toString()).toBe('{ "n": 9007199254740993 }');
    expect(Buffer.from(call.meta!.bytes).toString()).toBe('{"a": 1.0}');
  });

  it.each(["default", "bypass", "refresh", "only"] as const)(
    "may say whether a kept answer serves: %s",
    (mode) => {
      const params = `{"name":"t","_meta":{"switchboard/cache":"${mode}","a": 1.0}}`;
      expect(read(params).cache).toBe(mode);
      expect(metaOf(params)).toBe('{"a":1.0}');
    },
  );

  it("say nothing of it to the server", () => {
    expect(read('{"name":"t","_meta":{"switchboard/cache":"only"}}')).not.toHaveProperty("meta");
    expect(read('{"name":"t"}')).not.toHaveProperty("cache");
  });

  it.each([
    ["no name", "{}", "params.name"],
    ["arguments that are a list", '{"name":"t","arguments":[]}', "params.arguments"],
    ["a _meta that is a text", '{"name":"t","_meta":"x"}', "params._meta"],
    [
      "an unknown cache mode",
      '{"name":"t","_meta":{"switchboard/cache":"never"}}',
      'params._meta["switchboard/cache"] must be one of default, bypass, refresh, only',
    ],
  ])("are refused with %s", (_name, params, message) => {
    expect(() => read(params)).toThrow(message);
  });
});
