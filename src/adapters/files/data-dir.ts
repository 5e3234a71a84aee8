import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "./data-dir-lock.ts";

/** The daemon's own folder, held exclusively until disposed. */
export interface DataDir extends AsyncDisposable {
  readonly path: string;
  /** A path inside; nothing is created. */
  file(...names: readonly string[]): string;
}

/**
 * Makes the folder (0700, with those above it) where it is missing and takes its lock.
 *
 * @throws DataDirBusyError when a live process holds it; the file system's error when the folder
 *   cannot be made or written.
 */
export async function acquireDataDir(path: string): Promise<DataDir> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const lock = await takeLock(path);
  return {
    path,
    file: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}
