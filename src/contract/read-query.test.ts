import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readQuery } from "./index.ts";

const schema = z.strictObject({
  limit: z.int().min(1).max(10).default(5),
  exact: z.boolean().optional(),
  topics: z.array(z.enum(["a", "b"])).optional(),
  name: z.string().optional(),
});

describe("reading a query", () => {
  it("turns texts into the kinds that the schema names", () => {
    expect(readQuery(schema, { limit: "7", exact: "true", name: "12" })).toEqual({
      limit: 7,
      exact: true,
      name: "12",
    });
  });

  it("takes a list repeated or separated by commas", () => {
    expect(readQuery(schema, { topics: "a,b" }).topics).toEqual(["a", "b"]);
    expect(readQuery(schema, { topics: ["a", "b"] }).topics).toEqual(["a", "b"]);
  });

  it("fills in defaults", () => {
    expect(readQuery(schema, {})).toEqual({ limit: 5 });
  });

  it.each([
    [{ limit: "ten" }, '/limit: expected number, received "ten"'],
    [{ limit: "" }, '/limit: expected number, received ""'],
    [{ limit: "11" }, "/limit: expected number to be <=10, received 11"],
    [{ limit: ["1", "2"] }, '/limit: expected number, received ["1","2"]'],
    [{ exact: "yes" }, '/exact: expected boolean, received "yes"'],
    [{ topics: "c" }, '/topics/0: expected one of "a"|"b", received "c"'],
    [{ limt: "1" }, '/limt: unknown member "limt"; did you mean "limit"?'],
  ])("refuses %j", (query, message) => {
    expect(() => readQuery(schema, query)).toThrow(`The request is not valid: ${message}.`);
  });
});
