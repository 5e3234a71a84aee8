import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../kernel/json.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Tool, ToolFlag } from "../../catalog/index.ts";
import { toTool } from "../../../../test/support/fakes/fake-catalog.ts";
import { CALLS_DEFAULTS } from "../options.ts";
import { createArgumentsValidator, type ArgumentsValidator } from "./arguments-validator.ts";

const tool = (inputSchema: JsonObject): Tool => toTool({ server: "s", name: "t", inputSchema });

describe("checking arguments", () => {
  let validator: ArgumentsValidator;
  let unusable: string[];

  beforeEach(() => {
    unusable = [];
    validator = createArgumentsValidator(CALLS_DEFAULTS.validation, {
      onUnusableSchema: (_, flag, reason) => unusable.push(`${flag}: ${reason}`),
    });
  });

  const checkText = (of: Tool, text: string): string[] =>
    validator
      .check(of, rawJson(Buffer.from(text)))
      .map(({ path, message }) => `${path} ${message}`.trim());
  const check = (schema: JsonObject, value: JsonValue): string[] =>
    checkText(tool(schema), JSON.stringify(value));

  it("finds nothing wrong with what fits", () => {
    const schema: JsonObject = {
      type: "object",
      properties: { name: { type: "string", format: "email" }, limit: { type: "integer" } },
      required: ["name"],
      additionalProperties: false,
    };
    expect(check(schema, { name: "a@b.org", limit: 3 })).toEqual([]);
    expect(check(schema, { name: "a@b.org", limit: 2 ** 60 })).toEqual([]);
  });

  it("names everything that is wrong, where it stands and what came instead", () => {
    const schema: JsonObject = {
      type: "object",
      properties: {
        name: { type: "string", maxLength: 3 },
        limit: { type: "integer", minimum: 1 },
        sort: { enum: ["up", "down"] },
        mode: { const: "fast" },
        when: { type: "string", format: "date-time" },
        "a/b": { type: "array", items: { type: ["number", "null"] } },
      },
      required: ["name", "q~r"],
      additionalProperties: false,
    };
    const args = {
      limit: 0,
      sort: "sideways",
      mode: { a: 1 },
      when: "x".repeat(100),
      "a/b": [1, "2", [3]],
      nam: 1,
    };
    expect(check(schema, args).toSorted()).toEqual([
      '/a~1b/1 must be number or null, got "2"',
      "/a~1b/2 must be number or null, got an array of 1",
      "/limit must be >= 1, got 0",
      '/mode must be "fast", got an object',
      '/nam is not allowed, did you mean "name"?',
      "/name is required",
      "/q~0r is required",
      '/sort must be one of "up", "down", got "sideways"',
      `/when must match format "date-time", got "${"x".repeat(60)}…"`,
    ]);
  });

  it.each([
    ["[1]", "must be an object, got an array"],
    ["null", "must be an object, got null"],
    ['"x"', "must be an object, got a string"],
    ["{", "must be JSON"],
    ["", "must be JSON"],
  ])("wants a JSON object, whatever the schema; not %s", (text, message) => {
    expect(checkText(tool({ type: "object" }), text)).toEqual([message]);
    expect(checkText({ ...tool({}), flags: ["schema-missing"] }, text)).toEqual([message]);
  });

  it("reads the words of 2020-12 and of draft-07, named or not", () => {
    const modern: JsonObject = {
      properties: { p: { prefixItems: [{ type: "string" }], items: false } },
    };
    const tuple: JsonObject = {
      properties: { p: { type: "array", items: [{ type: "string" }], additionalItems: false } },
    };
    for (const schema of [
      modern,
      { ...modern, $schema: "https://json-schema.org/draft/2020-12/schema" },
      tuple,
      { ...tuple, $schema: "http://json-schema.org/draft-07/schema#" },
      { ...tuple, $schema: "http://json-schema.org/draft-04/schema#" },
      { ...tuple, $schema: "https://example.com/unknown" },
    ]) {
      expect(check(schema, { p: ["x"] })).toEqual([]);
      expect(check(schema, { p: [1] })).toEqual(["/p/0 must be string, got 1"]);
      expect(check(schema, { p: ["x", 1] })).toHaveLength(1);
    }
    expect(unusable).toEqual([]);
  });

  it("follows references within the schema, also by name, without mixing up tools", () => {
    const schema = (type: string): JsonObject => ({
      $id: "https://example.com/tool",
      properties: { a: { $ref: "part.json" }, b: { $ref: "#/$defs/part" } },
      $defs: { part: { $id: "part.json", type } },
    });
    expect(check(schema("string"), { a: 1, b: 2 })).toHaveLength(2);
    expect(check(schema("number"), { a: 1, b: 2 })).toEqual([]);
    expect(unusable).toEqual([]);
  });

  it("tells integers with all their digits", () => {
    const strict = tool({
      properties: { limit: { maximum: 100 }, list: { items: { type: "string" } } },
    });
    const text = '{"limit":12345678901234567890,"list":["x",-9007199254740993,1e30,1.5]}';
    expect(checkText(strict, text).toSorted()).toEqual([
      "/limit must be <= 100, got 12345678901234567890",
      "/list/1 must be string, got -9007199254740993",
      "/list/2 must be string, got 1e+30",
      "/list/3 must be string, got 1.5",
    ]);
    const long = `1${"0".repeat(80)}`;
    expect(checkText(strict, `{"limit":${long}}`)).toEqual([
      `/limit must be <= 100, got ${long.slice(0, 60)}…`,
    ]);
  });

  it("ignores formats and keywords it does not know", () => {
    const schema: JsonObject = {
      properties: { n: { type: "integer", format: "uint32", "x-vendor": true } },
    };
    expect(check(schema, { n: 1 })).toEqual([]);
    expect(unusable).toEqual([]);
  });

  it.each<JsonObject>([
    { type: "nonsense" },
    { properties: { a: { $ref: "#/$defs/missing" } } },
    { properties: { a: { pattern: "(" } } },
    { properties: { a: { pattern: "(a+)+$" } } },
    { properties: [] },
    { $id: 5 },
  ])("passes arguments on for a schema it cannot use, and says so once: %j", (schema) => {
    const broken = tool(schema);
    expect(checkText(broken, '{"a":"x"}')).toEqual([]);
    expect(checkText(broken, '{"a":"y"}')).toEqual([]);
    expect(unusable).toHaveLength(1);
    expect(unusable[0]).toMatch(/^schema-uncompilable: ./);
  });

  it("passes arguments on for a schema that never ends", () => {
    const endless: JsonObject = {
      $ref: "#/$defs/a",
      $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } },
    };
    expect(check(endless, {})).toEqual([]);
    expect(unusable).toHaveLength(1);
  });

  it.each<ToolFlag>(["schema-remote-ref", "schema-hostile-pattern", "schema-too-large"])(
    "does not look at a schema that is flagged %s, but does at that of a renamed tool",
    (flag) => {
      const strict = tool({ required: ["a"] });
      expect(checkText({ ...strict, flags: [flag] }, "{}")).toEqual([]);
      expect(checkText({ ...strict, flags: ["renamed"] }, "{}")).toEqual(["/a is required"]);
    },
  );

  it("bounds what it tells", () => {
    const schema: JsonObject = { additionalProperties: { type: "string" } };
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, at]));
    const violations = check(schema, args);
    expect(violations).toHaveLength(21);
    expect(violations.at(-1)).toBe("and more");
  });

  it("tells the first violation only of very large arguments", () => {
    const schema: JsonObject = { properties: { list: { items: { type: "string" } } } };
    expect(check(schema, { list: Array.from({ length: 50_000 }, () => 1) })).toHaveLength(1);
  });

  it("can be turned off", () => {
    const off = createArgumentsValidator(
      { ...CALLS_DEFAULTS.validation, enabled: false },
      { onUnusableSchema: () => undefined },
    );
    expect(off.check(tool({ required: ["a"] }), rawJson(Buffer.from("{}")))).toEqual([]);
    expect(off.check(tool({}), rawJson(Buffer.from("[]")))).toHaveLength(1);
  });
});
