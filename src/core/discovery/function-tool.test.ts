import { describe, expect, it } from "vitest";
import { toTool } from "../../../test/support/fakes/fake-catalog.ts";
import type { JsonObject } from "../../kernel/json.ts";
import { toFunctionTool } from "./index.ts";

const read = { server: "files", name: "read_file", description: "Reads a file." };

function parametersOf(inputSchema: JsonObject): JsonObject {
  const tool = toFunctionTool(toTool({ ...read, inputSchema }), "anthropic");
  return "input_schema" in tool ? tool.input_schema : {};
}

describe("a tool for function calling", () => {
  const inputSchema: JsonObject = {
    type: "object",
    properties: { path: { type: "string" } },
    required: ["path"],
  };

  it("goes by its id in OpenAI's shape", () => {
    expect(toFunctionTool(toTool({ ...read, inputSchema }), "openai")).toEqual({
      type: "function",
      function: { name: "files__read_file", description: "Reads a file.", parameters: inputSchema },
    });
  });

  it("goes by its id in Anthropic's shape", () => {
    expect(toFunctionTool(toTool({ ...read, inputSchema }), "anthropic")).toEqual({
      name: "files__read_file",
      description: "Reads a file.",
      input_schema: inputSchema,
    });
  });

  it("is described by its title or name where the server says nothing", () => {
    const bare = toTool({ server: "files", name: "read_file" });
    expect(toFunctionTool(bare, "anthropic")).toMatchObject({ description: "read_file" });
  });

  it("keeps descriptions within OpenAI's 1,024 characters", () => {
    const tool = toFunctionTool(toTool({ ...read, description: "x".repeat(3_000) }), "openai");
    expect("function" in tool && tool.function.description).toHaveLength(1_024);
  });
});

describe("the schema of a tool for function calling", () => {
  it("is an object schema with properties, whatever the server gave", () => {
    expect(parametersOf({})).toEqual({ type: "object", properties: {} });
  });

  it("keeps definitions and additionalProperties", () => {
    const schema = {
      type: "object",
      properties: {},
      $defs: { a: {} },
      additionalProperties: false,
    };
    expect(parametersOf(schema)).toEqual(schema);
  });

  it("merges top-level alternatives, requiring only what all of them do", () => {
    const branch = (name: string): JsonObject => ({
      properties: { [name]: { type: "string" }, scope: { type: "string" } },
      required: ["scope", name],
    });
    expect(parametersOf({ type: "object", anyOf: [branch("id"), branch("email")] })).toEqual({
      type: "object",
      properties: {
        id: { type: "string" },
        email: { type: "string" },
        scope: { type: "string" },
      },
      required: ["scope"],
    });
  });

  it("requires what any part of a top-level allOf does", () => {
    const schema: JsonObject = {
      properties: { a: {} },
      required: ["a"],
      allOf: [{ properties: { b: {} }, required: ["b"] }],
    };
    expect(parametersOf(schema)).toEqual({
      type: "object",
      properties: { a: {}, b: {} },
      required: ["a", "b"],
    });
  });

  it("does without what both APIs refuse", () => {
    const schema: JsonObject = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      not: { required: ["x"] },
      enum: [{}],
      oneOf: "broken",
    };
    expect(parametersOf(schema)).toEqual({ type: "object", properties: {} });
  });
});
