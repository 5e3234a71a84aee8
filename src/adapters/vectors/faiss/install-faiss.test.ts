import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const run = promisify(execFile);
const project = new URL("../../../../", import.meta.url);
const script = fileURLToPath(new URL("scripts/install-faiss", project));
const TOOLS = ["bash", "env", "readlink", "dirname", "mkdir", "mktemp", "rm", "cat", "tail"];

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "install-faiss-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs the script with nothing but a few tools in reach; `stubs` are further ones, in bash. */
async function runPoor(stubs: Readonly<Record<string, string>>): Promise<Ended> {
  const bin = join(directory, "bin");
  await run("mkdir", [bin]);
  for (const tool of TOOLS) {
    const { stdout } = await run("sh", ["-c", `command -v ${tool}`]);
    await symlink(stdout.trim(), join(bin, tool));
  }
  for (const [name, body] of Object.entries(stubs)) {
    await writeFile(join(bin, name), `#!/usr/bin/env bash\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return end(["--target", join(directory, "addon")], { PATH: bin });
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

async function end(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(script, args, { env, cwd: project });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe("scripts/install-faiss", () => {
  it("has nothing to do where FAISS loads", async () => {
    expect(await end([])).toEqual({
      code: 0,
      output: expect.stringMatching(/^install-faiss: FAISS is ready/),
    });
  });

  /** `node` that loads nothing stands for a machine without FAISS. */
  const bare = { node: "exit 1", npm: "exit 1" };

  it("says how to get FAISS and ends with 69 where there is no Debian", async () => {
    const { code, output } = await runPoor(bare);
    expect(code).toBe(69);
    expect(output).toMatch(/not a Debian system[\s\S]*exact index[\s\S]*libfaiss-dev/);
    expect(await readdir(join(directory, "addon"))).toEqual([]);
  });

  it("says how to get FAISS and ends with 69 where packages are missing and it is not root", async () => {
    const { code, output } = await runPoor({ ...bare, "dpkg-query": "exit 1", id: "echo 1000" });
    expect(code).toBe(69);
    expect(output).toMatch(/Missing packages: libfaiss-dev .*takes root/);
  });

  it("ends with 69 where npm cannot fetch the sources", async () => {
    const stubs = { ...bare, "dpkg-query": "echo -n installed" };
    const { code, output } = await runPoor(stubs);
    expect(code).toBe(69);
    expect(output).toMatch(/npm could not fetch faiss-node@0\.5\.1/);
  });

  it("refuses arguments that it does not know", async () => {
    expect(await end(["--force"])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/--force/),
    });
  });
});
