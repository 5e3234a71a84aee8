import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * An absolute path: `~` stands for the home folder, relative ones start at `baseDir`.
 * Gives `undefined` for a relative path without a base.
 */
export function resolveLocalPath(path: string, baseDir: string | undefined): string | undefined {
  if (path === "~") return homedir();
  if (path.startsWith("~/")) return join(homedir(), path.slice(2));
  if (isAbsolute(path)) return resolve(path);
  return baseDir === undefined ? undefined : resolve(baseDir, path);
}
