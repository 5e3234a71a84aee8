import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { isGatewayError, type GatewayError, type Violation } from "../kernel/errors.ts";
import { addServerSchema, readInput, searchRequestSchema, toolRequestBodySchema } from "./index.ts";

function violationsOf(schema: z.ZodType, value: unknown): readonly Violation[] {
  return failureOf(schema, value).data.violations;
}

function failureOf(schema: z.ZodType, value: unknown): GatewayError<"invalid-request"> {
  try {
    readInput(schema, value);
  } catch (error) {
    if (isGatewayError(error, "invalid-request")) return error;
    throw error;
  }
  throw new Error("the input was accepted");
}

describe("reading an input", () => {
  it("gives the value with its defaults", () => {
    expect(readInput(searchRequestSchema, { query: "find users" })).toEqual({
      query: "find users",
      detail: "schema",
      explain: false,
    });
  });

  it("lists every violation with its pointer and the value received", () => {
    const value = { query: 5, limit: 5000, servers: ["ok", 7], mode: "fuzzy" };
    expect(violationsOf(searchRequestSchema, value)).toEqual([
      { path: "/query", message: "expected string, received 5" },
      { path: "/limit", message: "expected number to be <=100, received 5000" },
      { path: "/servers/1", message: "expected string, received 7" },
      {
        path: "/mode",
        message: 'expected one of "hybrid"|"dense"|"lexical", received "fuzzy"',
      },
    ]);
  });

  it("says of a missing member that it is required", () => {
    expect(violationsOf(searchRequestSchema, {})).toEqual([
      { path: "/query", message: "is required: expected string" },
    ]);
  });

  it("names the known member nearest to an unknown one", () => {
    expect(violationsOf(searchRequestSchema, { query: "x", limt: 3 })).toEqual([
      { path: "/limt", message: 'unknown member "limt"; did you mean "limit"?' },
    ]);
  });

  it("names all known members when none is near", () => {
    const value = { requests: [{ tool: "find", zzzzzzzz: 1 }] };
    expect(violationsOf(toolRequestBodySchema, value)).toEqual([
      {
        path: "/requests/0/zzzzzzzz",
        message: 'unknown member "zzzzzzzz"; known are server, tool',
      },
    ]);
  });
});

describe("what a violation tells", () => {
  it("escapes slashes and tildes in pointers", () => {
    expect(violationsOf(searchRequestSchema, { query: "x", "a/b~c": 1 })[0]?.path).toBe("/a~1b~0c");
  });

  it("refuses an input that is no object at the root", () => {
    expect(violationsOf(searchRequestSchema, [1])).toEqual([
      { path: "", message: "expected object, received [1]" },
    ]);
    expect(violationsOf(searchRequestSchema, undefined)[0]?.message).toBe(
      "is required: expected object",
    );
  });

  it("shows the first violation and the number of others in the message", () => {
    expect(failureOf(searchRequestSchema, { limit: 0 }).message).toBe(
      "The request is not valid: /query: is required: expected string (and 1 more).",
    );
  });

  it("tells at most 50 violations", () => {
    const value = { query: "x", servers: Array.from({ length: 90 }, () => 1) };
    expect(violationsOf(searchRequestSchema, value)).toHaveLength(50);
  });

  it("cuts long values short", () => {
    const [violation] = violationsOf(searchRequestSchema, { query: ["y".repeat(500)] });
    expect(violation?.message.length).toBeLessThan(140);
  });
});

describe("the bodies", () => {
  it("want either text or requests in a tool request", () => {
    const message = "give either text or requests, and not both";
    expect(violationsOf(toolRequestBodySchema, {})).toEqual([{ path: "", message }]);
    const both = { text: "x", requests: [{ tool: "y" }] };
    expect(violationsOf(toolRequestBodySchema, both)).toEqual([{ path: "", message }]);
  });

  it("pass a server entry's members on", () => {
    const entry = { id: "users", url: "ws://127.0.0.1:1/mcp", tools: { deny: ["x*"] } };
    expect(readInput(addServerSchema, entry)).toEqual(entry);
  });

  it("refuse a server id that could not begin a tool's id", () => {
    expect(violationsOf(addServerSchema, { id: "a__b", url: "ws://x" })[0]?.message).toContain(
      'without __, received "a__b"',
    );
  });
});
