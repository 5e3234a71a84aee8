import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A stdio server as it stands in a config or is given to an SDK client. All paths are absolute. */
export type ServerEntry = { command: string; args: string[]; env: Record<string, string> };

const require = createRequire(import.meta.url);

/** The entry that runs a TypeScript file of this repository, given relative to its root, in Node through tsx. */
export function scriptEntry(
  script: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): ServerEntry {
  const loader = pathToFileURL(require.resolve("tsx")).href;
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  return { command: process.execPath, args: ["--import", loader, path, ...args], env };
}

/** The entry that runs the program of an installed npm package in Node, by its path below node_modules. */
export function packageEntry(
  program: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): ServerEntry {
  const path = fileURLToPath(new URL(`../../node_modules/${program}`, import.meta.url));
  return { command: process.execPath, args: [path, ...args], env };
}
