import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../kernel/json.ts";
import { ExpressionError, searchJson } from "./index.ts";

const LIMITS = { maxExpressionLength: 2_048, maxSteps: 200_000, maxOutputLength: 1_000_000 };

function search(value: JsonValue, expression: string): JsonValue {
  return searchJson(value, expression, LIMITS).value;
}

const users = {
  users: [
    { id: 1, name: "Ada", tags: ["admin", "ops"], address: { city: "London" } },
    { id: 2, name: "Grace", tags: ["ops"], address: { city: "New York" } },
    { id: 3, name: "Linus", tags: [], address: { city: "Portland" } },
  ],
};

describe("a bounded JMESPath search", () => {
  it("selects, filters, projects and sorts as JMESPath does", () => {
    expect(search(users, "users[1].name")).toBe("Grace");
    expect(search(users, "users[?id > `1`].name")).toEqual(["Grace", "Linus"]);
    expect(search(users, "users[?address.city == 'London'].id")).toEqual([1]);
    expect(search(users, "users[?address == {city: 'London'}].id")).toEqual([1]);
    expect(search(users, "users[?tags != ['ops']].id")).toEqual([1, 3]);
    expect(search(users, "users[].tags[]")).toEqual(["admin", "ops", "ops"]);
    expect(search(users, "sort_by(users, &name)[-1].{n: name, c: address.city}")).toEqual({
      n: "Linus",
      c: "Portland",
    });
    expect(search(users, "let $city = 'London' in users[?address.city == $city].id")).toEqual([1]);
    expect(search(users, "users[*].to_string(id) | join(',', @)")).toBe("1,2,3");
    expect(search("  some text ", "trim(@)")).toBe("some text");
  });

  it("gives null for what is not there, inherited members included", () => {
    expect(search(users, "nobody")).toBeNull();
    expect(search(users, "constructor")).toBeNull();
    expect(search(users, '"__proto__".toString')).toBeNull();
  });

  it("leaves the data as they were", () => {
    const before = structuredClone(users);
    search(users, "reverse(sort_by(users, &id))");
    search(users, "merge(users[0], {name: 'other'})");
    expect(users).toEqual(before);
  });

  it.each([
    ["users[", /cannot be read: .*got: EOF/],
    ["users[*", /cannot be read/],
    ["", /cannot be read/],
    ["users #", /cannot be read: .*unknown character: #/],
    ["nothing_like_it(@)", /Unknown function/],
    ["abs('x')", /Invalid type/],
    ["length()", /Invalid arity/],
  ])("says what is wrong with %s", (expression, message) => {
    expect(() => search(users, expression)).toThrow(ExpressionError);
    expect(() => search(users, expression)).toThrow(message);
  });

  it("does not read an expression that is too long", () => {
    expect(() => search({}, "a".repeat(2_049))).toThrow(/2049 characters; at most 2048/);
  });
});

describe("the bound on an expression's cost", () => {
  const many = Array.from({ length: 5_000 }, (_, id) => ({ id, text: "x".repeat(50) }));
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, id) => [`k${id}`, id]));
  it.each<[string, JsonValue, string]>([
    ["a filter in a filter", many, "[?length($[?id > `3`]) > `1`]"],
    ["a comparison of large values for each item", many, "[?$[0:2000] == $[1:2001]]"],
    ["a condition over a wide object for each item", { wide, many }, "many[?$.wide]"],
    ["a function over all for each item", many, "map(&length(sort_by($, &id)), @)"],
    ["flattening all for each item", many.map((item) => [item]), "[*].[$[][]]"],
    ["padding to a great width", "x", "pad_left(@, `400000000`)"],
    ["replacing by something long", "a".repeat(4_000), "replace(@, 'a', @)"],
    ["replacing very often", "a", "replace(@, 'a', 'b', `900000000`)"],
    ["joining with something long", many.map((item) => item.text), "join(join('', @), @)"],
    ["trimming a long text of spaces", `x${" ".repeat(20_000)}x`, "trim(@)"],
    ["writing all out for each item", many, "[*].to_string($)"],
    ["copying a long text for each item", many, "[*].to_string($)[0:-1]"],
  ])("stops %s", (_, value, expression) => {
    expect(() => search(value, expression)).toThrow(/too many steps/);
  });

  it("charges what runs inside let expressions too", () => {
    expect(() => search(many, "let $all = @ in [?length($all[?id > `3`]) > `1`]")).toThrow(
      /too many steps/,
    );
  });

  it("stops answers that repeat large parts many times", () => {
    expect(() => search(many, "map(&$, @)")).toThrow(/gives too much/);
  });

  it("affords an ordinary expression over a large value", () => {
    const found = searchJson(many, "[?id > `4990`].{id: id, size: length(text)}", {
      ...LIMITS,
      maxSteps: 100_000,
    });
    expect(found.value).toHaveLength(9);
  });
});
