import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const oxlint = path.join(root, "node_modules/.bin/oxlint");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "arrows-"));
  cpSync(path.join(root, "arrows.config.mjs"), path.join(folder, "arrows.config.mjs"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the arrows say of one file that holds one line. */
function lint(file: string, line: string, config = "arrows.config.mjs"): string {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `${line}\n`);
  const run = spawnSync(oxlint, ["-c", config, file], { cwd: folder, encoding: "utf8" });
  rmSync(target);
  return run.stdout + run.stderr;
}

describe("the folder arrows", () => {
  it.each([
    ["src/kernel/a.ts", `import { x } from "../core/calls/index.ts";`, "nothing of the product"],
    ["src/kernel/a.ts", `import x from "ajv";`, "no npm package"],
    ["src/mcp/a.ts", `import { x } from "node:fs";`, "mcp does no I/O"],
    ["src/mcp/a.ts", `import { x } from "../core/calls/index.ts";`, "mcp imports kernel only"],
    ["src/core/calls/a.ts", `import { x } from "../../adapters/pino/x.ts";`, "is a port"],
    ["src/core/calls/a.ts", `import x from "fastify";`, "from npm"],
    ["src/core/calls/a.ts", `import { x } from "../catalog/tool.ts";`, "through its index.ts"],
    ["src/core/calls/a.ts", `import { x } from "node:net";`, "core does no I/O"],
    ["src/core/calls/a.ts", `export const x = Date.now();`, "Use the Clock"],
    ["src/contract/a.ts", `import { x } from "../core/calls/index.ts";`, "kernel and zod"],
    ["src/config/a.ts", `import { x } from "../core/calls/calls.ts";`, "options.ts"],
    ["src/adapters/pino/a.ts", `import { x } from "../vectors/x.ts";`, "another adapter"],
    ["src/adapters/pino/a.ts", `import { x } from "../../edges/http/x.ts";`, "core's ports"],
    ["src/edges/http/a.ts", `import { x } from "../mcp/x.ts";`, "another edge"],
    ["src/edges/mcp/http/a.ts", `import { x } from "../../cli/x.ts";`, "another edge"],
    [
      "src/edges/http/a.ts",
      `import { x } from "../../adapters/pino/x.ts";`,
      "handed what it needs",
    ],
    [
      "src/edges/http/a.ts",
      `import { x } from "../../core/calls/call.ts";`,
      "through its index.ts",
    ],
    ["src/app/a.ts", `import { x } from "../bin/x.ts";`, "never imports bin"],
    ["src/app/a.ts", `export const x = process.env["HOME"];`, "Only config reads"],
  ])("catch in %s: %s", (file, line, message) => {
    expect(lint(file, line)).toContain(message);
  });

  it.each([
    ["src/core/calls/a.ts", `import { x } from "../catalog/index.ts";`],
    ["src/core/calls/a.ts", `import x from "ajv/dist/2020.js";`],
    ["src/core/calls/a.ts", `import { x } from "node:crypto";`],
    ["src/config/a.ts", `import { x } from "../core/calls/options.ts";`],
    ["src/edges/mcp/http/a.ts", `import { x } from "../../../core/calls/index.ts";`],
    ["src/edges/mcp/surfaces/a.ts", `import { x } from "../http/x.ts";`],
    ["src/adapters/vectors/faiss/a.ts", `import { x } from "../exact/x.ts";`],
  ])("allow in %s: %s", (file, line) => {
    const said = lint(file, line);
    expect(said).toContain("0 errors");
    expect(said).toContain("1 file");
  });
});

describe("the size limits", () => {
  it("catch a function that is too long and a file that is too long", () => {
    const settings = JSON.parse(readFileSync(path.join(root, ".oxlintrc.json"), "utf8")) as object;
    // The sizes need no types, and the type-aware linter no project outside of ours.
    const config = path.join(folder, "sizes.json");
    writeFileSync(config, JSON.stringify({ ...settings, options: { typeAware: false } }));
    const lines = (count: number) =>
      Array.from({ length: count }, (_, at) => `  export const v${at} = ${at};`).join("\n");
    const body = lines(70).replaceAll("export const", "globalThis.x = ");
    expect(lint("src/core/a.ts", `export function f() {\n${body}\n}`, config)).toMatch(
      /max-lines-per-function/,
    );
    expect(lint("src/core/a.ts", lines(301), config)).toMatch(/max-lines\)/);
  });
});
