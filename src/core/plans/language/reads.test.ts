import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileAny, compileReference } from "./reference.ts";
import type { Read } from "./reads.ts";

/** What an expression reads in short: optional reads end in `?`. */
function reads(text: string): string[] {
  const show = (read: Read): string => {
    const start = read.source === "steps" ? `steps.${read.step}` : read.source;
    const path = read.path.map((key) => (typeof key === "string" ? `.${key}` : `[${key ?? "*"}]`));
    return `${start}${path.join("")}${read.isOptional ? "?" : ""}`;
  };
  return compileReference(text).reads.map(show);
}
const faults = (text: string): string[] => compileReference(text).faults.map(({ code }) => code);

describe("what an expression reads", () => {
  it.each([
    ["steps.a", ["steps.a"]],
    ["steps.a.b[0].c", ["steps.a.b[0].c"]],
    ["$.steps.a.b", ["steps.a.b"]],
    ["@.steps.a", ["steps.a"]],
    ['steps.a."odd name"[-1]', ["steps.a.odd name[-1]"]],
    ["steps.a.list[*].id", ["steps.a.list[*].id"]],
    ["steps.a.list[?x > `1`].id", ["steps.a.list[*].x", "steps.a.list[*].id"]],
    ["steps.a.list[?id == $.steps.b.id]", ["steps.a.list[*].id", "steps.b.id"]],
    ["{x: steps.a.x, y: input.y}", ["steps.a.x", "input.y"]],
    ["[item, index]", ["item", "index"]],
    ["steps.a.list | [0].name", ["steps.a.list[0].name"]],
    ["steps.a.list[*].n | sum(@)", ["steps.a.list[*].n"]],
    ["steps.a | length(@)", ["steps.a"]],
    ["steps.a.{x: x, y: y.z}", ["steps.a.x", "steps.a.y.z"]],
    ["steps.a.['x']", ["steps.a"]],
    ["steps.a[*].['x']", ["steps.a"]],
    ["steps.a.m.*.x", ["steps.a.m"]],
    ["steps.a.list[].x", ["steps.a.list"]],
    ["steps.a.list[1:3].x", ["steps.a.list"]],
    ["sort_by(steps.a.list, &name)", ["steps.a.list"]],
    ["map(&$.steps.b.x, steps.a.list)", ["steps.b.x", "steps.a.list"]],
    ["let $s = steps in [$s.a, $s.b]", ["steps.a", "steps.b"]],
    ["let $a = steps.a in $a.x", ["steps.a.x"]],
    ["'steps.a'", []],
    ['`{"steps": 1}`', []],
  ])("finds the reads of %s", (text, expected) => {
    expect(reads(text).toSorted()).toEqual(expected.toSorted());
    expect(faults(text)).toEqual([]);
  });

  it.each([
    ["steps.a.x || 'd'", ["steps.a.x?"]],
    ["steps.a.x || steps.b.x", ["steps.a.x?", "steps.b.x?"]],
    ["!steps.a", ["steps.a?"]],
    ["!steps.a.list[0].x && !input.y", ["steps.a.list[0].x?", "input.y?"]],
    ["input.list[?!done.at]", ["input.list[*]", "input.list[*].done.at?"]],
    ["steps.a == `null`", ["steps.a?"]],
    ["`null` != steps.a.x", ["steps.a.x?"]],
    ["steps.a == `1`", ["steps.a"]],
    ["not_null(steps.a, steps.b)", ["steps.a?", "steps.b?"]],
    ["steps.a ? steps.a.x : steps.b", ["steps.a.x?", "steps.b?"]],
    ["steps.a && steps.b", ["steps.a", "steps.b"]],
    ["join(',', steps.a || `[]`)", ["steps.a?"]],
    ["steps.a.list[?x || y]", ["steps.a.list[*]", "steps.a.list[*].x?", "steps.a.list[*].y?"]],
  ])("knows which reads of %s are forgiven", (text, expected) => {
    expect(reads(text).toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ["steps", "steps-as-a-whole"],
    ["$", "steps-as-a-whole"],
    ["steps.*", "steps-as-a-whole"],
    ["steps | keys(@)", "steps-as-a-whole"],
    ["length(steps)", "steps-as-a-whole"],
    ["steps[0]", "steps-as-a-whole"],
    ["step.a", "unknown-name"],
    ["users[0]", "unknown-name"],
    ["lenght(input)", "invalid-expression"],
    ["constructor(input)", "invalid-expression"],
    ["input.id == `9007199254740993`", "invalid-expression"],
  ])("faults %s", (text, code) => {
    expect(faults(text)).toEqual([code]);
  });

  it("suspects a filter that names the plan's steps as a member of its items", () => {
    expect(compileReference("input.users[?id == steps.a.id]").shadowed).toEqual(["a"]);
    expect(compileReference("input.users[?id == $.steps.a.id]").shadowed).toEqual([]);
    expect(compileReference("input.jobs[*].steps").shadowed).toEqual([]);
  });

  it("is found the same for simple paths, which are read without JMESPath", () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);
    const start = fc.oneof(
      name.map((id) => `steps.${id}`),
      fc.constantFrom("input", "item", "index"),
    );
    const key = fc.oneof(
      name.map((member) => `.${member}`),
      fc.integer({ min: -99, max: 99 }).map((at) => `[${at}]`),
    );
    const path = fc
      .tuple(start, fc.array(key, { maxLength: 5 }))
      .map(([from, keys]) => from + keys.join(""));
    fc.assert(
      fc.property(path, (text) => {
        expect(compileReference(text)).toEqual(compileAny(text));
      }),
    );
  });
});
