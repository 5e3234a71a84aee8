import { spawn, execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const INSPECTOR = "2.12.0";
const NODE = "22.23.3";

/** The MCP Inspector's command line, in a Node that it runs on (it needs 22.19). */
export type Inspector = {
  /** Runs it with these arguments behind `--cli`; what it prints is JSON. */
  run(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
};

/**
 * Fetches the Inspector from npm, with a Node of its own where this one is too old. Both are kept in
 * the system's temporary folder, so that only the first time takes long.
 */
export async function fetchInspector(): Promise<Inspector> {
  const folder = join(tmpdir(), `switchboard-inspector-${INSPECTOR}-${NODE}`);
  const program = join(
    folder,
    "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
  );
  if (!existsSync(program)) await install(folder);
  const own = join(folder, "node_modules", nodePackage(), "bin");
  const node = existsSync(own) ? join(own, "node") : process.execPath;
  return {
    async run(args) {
      const child = spawn(node, [program, "--cli", ...args], {
        env: { ...process.env, PATH: `${own}:${process.env["PATH"]}` },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 25_000,
        killSignal: "SIGKILL",
      });
      const output = { stdout: "", stderr: "" };
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
      const [code] = (await once(child, "close")) as [number | null];
      return { code, ...output };
    },
  };
}

/** Installs beside the final place and moves it there whole: another test may be doing the same. */
async function install(folder: string): Promise<void> {
  const building = await mkdtemp(`${folder}-`);
  await writeFile(join(building, "package.json"), '{"private":true}');
  const packages = [`@modelcontextprotocol/inspector@${INSPECTOR}`];
  if (!canRunInspector()) packages.push(`${nodePackage()}@${NODE}`);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await promisify(execFile)("npm", ["install", ...flags, ...packages], { cwd: building });
  await mkdir(join(folder, ".."), { recursive: true });
  await rename(building, folder).catch(() => rm(building, { recursive: true }));
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

function canRunInspector(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
