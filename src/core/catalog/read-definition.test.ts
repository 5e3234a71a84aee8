import { describe, expect, it } from "vitest";
import { rawJson } from "../../kernel/raw-json.ts";
import { parseServerId } from "./ids.ts";
import { CATALOG_DEFAULTS } from "./options.ts";
import { readDefinition, type ReadDefinition, type ToolDraft } from "./read-definition.ts";

const server = parseServerId("s")!;
const readText = (text: string): ReadDefinition =>
  readDefinition(server, rawJson(Buffer.from(text)), CATALOG_DEFAULTS);
const read = (definition: unknown): ReadDefinition => readText(JSON.stringify(definition));

function draftOf(definition: unknown): ToolDraft {
  const result = read(definition);
  if (result.kind !== "draft") throw new Error(result.reason);
  return result.draft;
}

describe("a tool definition", () => {
  it("is read with its schemas, title and annotations, and its bytes are kept", () => {
    const text =
      '{ "name":"get", "title":"Get", "description":"Gets.", "inputSchema":{"type":"object"},' +
      '"outputSchema":{"type":"object"}, "annotations":{"readOnlyHint":true,"x":1}, "vendor":1e400 }';
    const result = readText(text);
    expect(result).toMatchObject({
      kind: "draft",
      draft: {
        server: "s",
        name: "get",
        title: "Get",
        description: "Gets.",
        inputSchema: { type: "object" },
        outputSchema: { type: "object" },
        annotations: { readOnlyHint: true },
        readOnly: true,
        flags: [],
      },
    });
    const { definition } = (result as { draft: ToolDraft }).draft;
    expect(Buffer.from(definition.bytes).toString()).toBe(text);
  });

  it("keeps its own copy, so that a list's buffer can go", () => {
    const page = Buffer.from('[{"name":"a"}]');
    const result = readDefinition(server, rawJson(page.subarray(1, -1)), CATALOG_DEFAULTS);
    page.fill(0);
    expect((result as { draft: ToolDraft }).draft.definition.value()).toEqual({ name: "a" });
  });

  it.each([
    [{}, "name must be a text that is not empty, got nothing"],
    [{ name: 7 }, "name must be a text that is not empty, got 7"],
    [{ name: "" }, 'name must be a text that is not empty, got ""'],
    [{ name: "x".repeat(2_000) }, "the name has 2000 characters, allowed are 1024"],
    [[], "not a JSON object: an object was expected at byte 0"],
    [null, "not a JSON object: an object was expected at byte 0"],
  ])("is rejected when it is %j", (definition, reason) => {
    expect(read(definition)).toMatchObject({ kind: "rejected", reason });
  });

  it("is rejected when it is broken or nested beyond measure", () => {
    expect(readText('{"name":"a"')).toMatchObject({ kind: "rejected", name: "(unreadable)" });
    const deep = `{"name":"a","inputSchema":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}}`;
    expect(readText(deep)).toMatchObject({ kind: "rejected" });
  });

  it("is rejected by name when it is far too large", () => {
    const result = read({ name: "big", description: "x".repeat(1_100_000) });
    expect(result).toMatchObject({ kind: "rejected", name: "big" });
    expect((result as { reason: string }).reason).toContain("allowed are 1048576");
  });

  it.each([undefined, null, [], "schema", 1, { type: "string" }, { type: ["array", "null"] }])(
    "takes any arguments, flagged, when its input schema is %j",
    (inputSchema) => {
      expect(draftOf({ name: "a", inputSchema })).toMatchObject({
        inputSchema: { type: "object" },
        flags: ["schema-missing"],
      });
    },
  );

  it("does without words and annotations of the wrong type", () => {
    const draft = draftOf({
      name: "a",
      title: 1,
      description: ["x"],
      annotations: { readOnlyHint: "yes", title: "A" },
      outputSchema: "none",
      inputSchema: {},
    });
    expect(draft).toMatchObject({ title: "A", annotations: { title: "A" }, readOnly: false });
    expect(draft).not.toHaveProperty("description");
    expect(draft).not.toHaveProperty("outputSchema");
    expect(draft.annotations).not.toHaveProperty("readOnlyHint");
  });
});

describe("a fingerprint", () => {
  it("does not change with layout, order or members that do not matter to callers", () => {
    const plain = draftOf({ name: "a", description: "d", inputSchema: { a: 1, b: 2 } });
    const other = draftOf({ _meta: 1, inputSchema: { b: 2, a: 1 }, description: "d", name: "a" });
    expect(plain.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(other.fingerprint).toBe(plain.fingerprint);
  });

  it("changes with name, description, schemas and annotations", () => {
    const base = { name: "a", description: "d", inputSchema: {} };
    const variants = [
      base,
      { ...base, name: "b" },
      { ...base, description: "e" },
      { ...base, inputSchema: { type: "object" } },
      { ...base, outputSchema: {} },
      { ...base, annotations: { readOnlyHint: true } },
      { ...base, annotations: { readOnlyHint: false } },
    ];
    const prints = variants.map((definition) => draftOf(definition).fingerprint);
    expect(new Set(prints).size).toBe(variants.length);
  });

  it("is there for definitions that have no canonical form", () => {
    const result = readText('{"name":"a","description":"\\ud800"}');
    expect((result as { draft: ToolDraft }).draft.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});
