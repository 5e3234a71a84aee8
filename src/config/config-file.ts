import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Environment } from "./environment.ts";

/** Far more than a configuration needs; keeps a wrong `--config` from filling the memory. */
const MAX_BYTES = 8 * 1_048_576;

/** Which file holds the configuration. */
export type ConfigFileChoice =
  | { readonly kind: "file"; readonly path: string; readonly chosenBy?: string }
  | { readonly kind: "none"; readonly lookedAt: readonly string[] };

/**
 * Chooses the file: `--config`, `SWITCHBOARD_CONFIG`, then the first that exists of
 * `switchboard.yaml`, `.yml`, `.json` in the working directory and `switchboard/switchboard.yaml`
 * in the user's configuration folder. A file that was asked for is chosen whether it exists or not.
 */
export function chooseConfigFile(
  environment: Environment,
  asked: { readonly flag?: string | undefined; readonly cwd: string },
): ConfigFileChoice {
  const { flag, cwd } = asked;
  if (flag !== undefined) return { kind: "file", path: resolve(cwd, flag), chosenBy: "--config" };
  const variable = environment.settings.config;
  if (variable !== undefined) {
    return { kind: "file", path: resolve(cwd, variable), chosenBy: "SWITCHBOARD_CONFIG" };
  }
  const candidates = [
    ...["switchboard.yaml", "switchboard.yml", "switchboard.json"].map((name) => join(cwd, name)),
    join(environment.configHome, "switchboard", "switchboard.yaml"),
  ];
  const path = candidates.find((candidate) => existsSync(candidate));
  return path === undefined ? { kind: "none", lookedAt: candidates } : { kind: "file", path };
}

/**
 * Reads a file as UTF-8 text.
 * @throws an error whose message says why it cannot be read, without the path.
 */
export function readTextFile(path: string): string {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
  const text = new TextDecoder("utf-8", { fatal: true });
  try {
    return text.decode(bytes);
  } catch (error) {
    throw new Error("not UTF-8 text", { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
  };
  return code === undefined ? message : (reasons[code] ?? code);
}
