import { describe, expect, it } from "vitest";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";
import type { ToolAnnotations } from "../../catalog/index.ts";
import { deriveAnnotations } from "./derive-annotations.ts";
import { deriveOutputSchema } from "./derive-output-schema.ts";

const READS = { readOnlyHint: true, openWorldHint: false };
const SETS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };
const ADDS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false };

const known: Readonly<Record<string, ToolAnnotations>> = {
  s__read: READS,
  s__browse: { readOnlyHint: true },
  s__set: { ...SETS, openWorldHint: false },
  s__add: ADDS,
  s__plain: {},
};

const annotationsOf = (steps: unknown) =>
  deriveAnnotations(toRawJson({ steps }), (tool) => known[tool]);

const step = (tool: string, more: object = {}) => ({ id: "a", tool, ...more });

describe("the annotations of a composite", () => {
  it("say that it only reads when all its steps do", () => {
    expect(annotationsOf([step("s__read"), step("s__read")])).toEqual(READS);
    expect(annotationsOf([step("s__read"), step("s__browse")])).toEqual({
      readOnlyHint: true,
      openWorldHint: true,
    });
  });

  it("say that it may write when a step, or what undoes one, may", () => {
    expect(annotationsOf([step("s__read"), step("s__set")])).toEqual({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    const undone = step("s__read", { compensate: { tool: "s__add" } });
    expect(annotationsOf([undone])).toMatchObject({ readOnlyHint: false, idempotentHint: false });
  });

  it("take a tool that says nothing, or is not there, for one that may do anything", () => {
    const anything = {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: true,
    };
    expect(annotationsOf([step("s__read"), step("s__plain")])).toEqual(anything);
    expect(annotationsOf([step("gone__tool")])).toEqual(anything);
  });

  it("call writes idempotent only where they do not hang on what other steps gave", () => {
    const fixed = step("s__set", { arguments: { x: "${input.x}" } });
    const read = step("s__set", { arguments: { x: "${steps.a.x}" } });
    const chosen = step("s__set", { when: "steps.a.x > `1`" });
    expect(annotationsOf([fixed]).idempotentHint).toBe(true);
    expect(annotationsOf([read]).idempotentHint).toBe(false);
    expect(annotationsOf([chosen]).idempotentHint).toBe(false);
  });

  it.each([null, 5, [null], [{ tool: 5 }], [[]]])("are careful with steps like %j", (steps) => {
    expect(annotationsOf(steps).readOnlyHint).toBe(false);
  });

  it("are careful with what is no plan", () => {
    const broken = deriveAnnotations(rawJson(Buffer.from("{ half")), () => READS);
    expect(broken.readOnlyHint).toBe(false);
  });
});

describe("the output schema of a composite", () => {
  it("tells the members of the output, and the types that are certain", () => {
    const output = {
      name: "${steps.a.name}",
      greeting: "Hello ${steps.a.name}!",
      both: "${steps.a} ${steps.b}",
      plain: "text",
      count: 3,
      flag: true,
      nothing: null,
      list: ["${steps.a}"],
      inner: { id: "${steps.a.id}" },
    };
    expect(deriveOutputSchema(toRawJson({ output }))).toEqual({
      type: "object",
      properties: {
        name: {},
        greeting: { type: "string" },
        both: {},
        plain: { type: "string" },
        count: { type: "number" },
        flag: { type: "boolean" },
        nothing: { type: "null" },
        list: { type: "array" },
        inner: { type: "object", properties: { id: {} }, required: ["id"] },
      },
      required: Object.keys(output),
    });
  });

  it.each([undefined, "${steps.a}", ["${steps.a}"], 5])(
    "is unknown for the output %j",
    (output) => {
      expect(deriveOutputSchema(toRawJson({ output }))).toBeUndefined();
    },
  );

  it("does not look into an output without an end", () => {
    let output: object = { end: 1 };
    for (let depth = 0; depth < 50; depth++) output = { in: output };
    const schema = JSON.stringify(deriveOutputSchema(toRawJson({ output })));
    expect(schema.length).toBeLessThan(1_000);
  });
});
