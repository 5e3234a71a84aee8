import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTempDir, type TempDir } from "../../../test/support/temp-dir.ts";
import { createOverlayFile } from "./overlay-file.ts";
import { writeFileAtomically } from "./write-file-atomically.ts";

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await makeTempDir();
  path = join(dir.path, "servers.json");
});
afterEach(() => dir.remove());

const server = { url: "https://x/mcp", headers: { Authorization: "secret" } };

describe("the overlay", () => {
  it("is empty where there is no file", async () => {
    expect(await createOverlayFile(path).read()).toEqual({ servers: {} });
  });

  it("gives back what was written, for its owner's eyes only", async () => {
    await createOverlayFile(path).write({ a: server });
    expect(await createOverlayFile(path).read()).toEqual({ servers: { a: server } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("holds what was written last, however many writes come at once", async () => {
    const overlay = createOverlayFile(path);
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => overlay.write({ a: { url: `https://x/${at}` } })),
    );
    expect(await overlay.read()).toEqual({ servers: { a: { url: "https://x/19" } } });
    expect(await readdir(dir.path)).toEqual(["servers.json"]);
  });

  it.each(["{ half", "[]", '{"version": 2, "servers": {}}', '{"version": 1, "servers": []}'])(
    "that says %j is put aside, so that nothing is lost",
    async (text) => {
      await writeFile(path, text);
      const { servers, notice } = await createOverlayFile(path).read();
      expect(servers).toEqual({});
      const [aside] = await readdir(dir.path);
      expect(aside).toMatch(/^servers\.json\.damaged-\d+$/);
      expect(notice).toContain(aside);
      expect(await readFile(join(dir.path, aside!), "utf8")).toBe(text);
    },
  );

  it("leaves out members that are no entries, and says which", async () => {
    await writeFile(path, JSON.stringify({ version: 1, servers: { a: server, b: 7, c: null } }));
    expect(await createOverlayFile(path).read()).toMatchObject({
      servers: { a: server },
      notice: expect.stringMatching(/left out: b, c\.$/),
    });
  });
});

describe("writeFileAtomically", () => {
  it("keeps a file's permissions, and gives new ones to their owner alone", async () => {
    await writeFile(path, "old");
    await chmod(path, 0o644);
    await writeFileAtomically(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    await writeFileAtomically(`${path}.2`, "new");
    expect((await stat(`${path}.2`)).mode & 0o777).toBe(0o600);
  });

  it("writes through a symbolic link", async () => {
    const link = join(dir.path, "link");
    await writeFile(path, "old");
    await symlink("servers.json", link);
    await writeFileAtomically(link, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it("leaves the old text and nothing else when it fails", async () => {
    const folder = join(dir.path, "gone/file");
    await expect(writeFileAtomically(folder, "x")).rejects.toThrow("ENOENT");
    await expect(writeFileAtomically(dir.path, "x")).rejects.toThrow("rename");
    expect(await readdir(dir.path)).toEqual([]);
  });
});
