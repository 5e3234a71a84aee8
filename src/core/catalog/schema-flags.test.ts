import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../kernel/json.ts";
import { schemaFlags } from "./schema-flags.ts";

const flagsOf = (schema: JsonObject): string[] => schemaFlags(schema, 10_000);
const withProperty = (schema: JsonObject): JsonObject => ({
  type: "object",
  properties: { value: schema },
});

describe("the flags of a schema", () => {
  it("are none for an ordinary one", () => {
    const schema = withProperty({ type: "string", pattern: "^[a-z]+$", maxLength: 5 });
    expect(flagsOf(schema)).toEqual([]);
  });

  it.each([
    "https://example.com/schema.json",
    "file:///etc/passwd",
    "other.json#/definitions/a",
    "//host/a",
  ])("name a reference that leads out of it: %s", ($ref) => {
    expect(flagsOf(withProperty({ $ref }))).toEqual(["schema-remote-ref"]);
  });

  it.each([
    { $ref: "#/$defs/name", $defs: { name: { type: "string" } } },
    { $ref: "name.json", $defs: { name: { $id: "name.json", type: "string" } } },
    { $ref: "#" },
  ])("take a reference into itself for granted: %j", (schema) => {
    expect(flagsOf(schema)).toEqual([]);
  });

  it("name a pattern that can hang the process, wherever it stands", () => {
    const pattern = "^(a+)+$";
    const places: JsonObject[] = [
      withProperty({ type: "string", pattern }),
      { patternProperties: { [pattern]: {} } },
      { $defs: { deep: { items: [{ anyOf: [{ pattern }] }] } } },
    ];
    for (const schema of places) expect(flagsOf(schema)).toEqual(["schema-hostile-pattern"]);
  });

  it("do not mistake data for a schema, nor a property's name for a keyword", () => {
    const data = { $ref: "https://example.com", pattern: "(a+)+" };
    expect(flagsOf({ const: data, enum: [data], default: data, examples: [data] })).toEqual([]);
    expect(flagsOf({ properties: { pattern: { type: "string" }, $ref: {} } })).toEqual([]);
  });

  it("name a schema that is too long to compile", () => {
    const schema = withProperty({ description: "x".repeat(10_001) });
    expect(flagsOf(schema)).toEqual(["schema-too-large"]);
  });

  it("name references that multiply into endless work", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, level): [string, JsonObject] => {
        const next = { $ref: `#/$defs/level${level + 1}` };
        return [`level${level}`, { allOf: [next, next] }];
      }),
    );
    expect(flagsOf({ $ref: "#/$defs/level0", $defs })).toEqual(["schema-too-large"]);
  });

  it("name references that run in a chain without end in sight", () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at): [string, JsonObject] => [
        `d${at}`,
        { $ref: `#/$defs/d${at + 1}` },
      ]),
    );
    expect(schemaFlags({ $ref: "#/$defs/d0", $defs }, 1_000_000)).toEqual(["schema-too-large"]);
  });

  it("put up with recursive schemas", () => {
    const schema: JsonObject = {
      properties: { children: { type: "array", items: { $ref: "#" } } },
    };
    expect(flagsOf(schema)).toEqual([]);
  });
});
