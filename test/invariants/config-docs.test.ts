import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generateConfigDocs } from "../../scripts/generate-config-docs.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

describe("the configuration's documentation", () => {
  it("is what the code says: run `npx tsx scripts/generate-config-docs.ts`", () => {
    const generated = generateConfigDocs();
    expect(Object.keys(generated)).toEqual(["docs/config.md", "docs/config.schema.json"]);
    for (const [path, text] of Object.entries(generated)) expect(read(path)).toBe(text);
  });

  it("has a schema that takes the example and refuses what the product refuses", () => {
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(read("docs/config.schema.json")) as object,
    );
    expect(validate(parse(read("examples/switchboard.yaml")))).toBe(true);
    expect(validate({ gateway: { port: 70_000 } })).toBe(false);
    expect(validate({ discvery: {} })).toBe(false);
    expect(validate({ mcpServers: { a: { command: 7 } } })).toBe(false);
  });
});
