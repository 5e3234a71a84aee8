import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../../test/support/temp-dir.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import { createCompositeFile } from "./composite-file.ts";

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await makeTempDir();
  path = join(dir.path, "composites.json");
});
afterEach(() => dir.remove());

const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe("the file of composites", () => {
  it("keeps plans byte for byte, for its owner's eyes only", async () => {
    const text = '{"a": {"description": "Ä", "plan": {"steps": [], "input": 9007199254740993.10}}}';
    const file = createCompositeFile(path);
    expect(await file.read()).toEqual({});
    await file.write(rawJson(Buffer.from("{}")));
    await file.write(rawJson(Buffer.from(text)));
    const { composites, notice } = await createCompositeFile(path).read();
    expect(textOf(composites?.bytes)).toBe(text);
    expect(notice).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.each([
    "{ half",
    '{"version": 2, "composites": {}}',
    '{"version": 1, "composites": []}',
    "\xff",
  ])("that says %j is put aside, so that nothing is lost", async (text) => {
    await writeFile(path, text, "latin1");
    const { composites, notice } = await createCompositeFile(path).read();
    expect(composites).toBeUndefined();
    const [aside] = await readdir(dir.path);
    expect(aside).toMatch(/^composites\.json\.damaged-\d+$/);
    expect(notice).toContain(aside);
  });
});
