import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import type { FaissLibrary } from "./faiss-library.ts";

/** FAISS, or why it is not there and how to get it. */
export type FaissLoad =
  | { readonly status: "loaded"; readonly library: FaissLibrary; readonly source: string }
  | { readonly status: "unavailable"; readonly reason: string; readonly mend: string };

/** Where to look for FAISS besides the package `faiss-node`. */
export interface LoadFaissOptions {
  /** Files of the built addon, tried in order; usually `[bundledAddonPath()]`. */
  readonly addonPaths: readonly string[];
  /** The package, or a file, that is tried first; default `faiss-node`. */
  readonly packageName?: string;
}

const MEND =
  'Run scripts/install-faiss of this package (as root on Debian), or set discovery.index to "exact".';

/** Where `scripts/install-faiss` puts the addon: `.addon/` beside this package's package.json. */
export function bundledAddonPath(): string {
  return fileURLToPath(new URL("../../../../.addon/faiss-node.node", import.meta.url));
}

/**
 * Loads FAISS: the package, else the first addon file that loads. Never throws. Only
 * for the main thread: faiss-node keeps its classes in process-wide variables, so a second thread
 * that loads it makes the first one crash.
 */
export function loadFaiss({ addonPaths, packageName = "faiss-node" }: LoadFaissOptions): FaissLoad {
  if (!isMainThread) {
    const mend = "Load FAISS in the main thread only.";
    return { status: "unavailable", reason: "faiss-node is not safe in worker threads.", mend };
  }
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  for (const source of [packageName, ...addonPaths]) {
    try {
      const library: unknown = singleThreaded(() => require(source));
      if (isFaissLibrary(library)) return { status: "loaded", library, source };
      failures.push(`${source}: loads, but is not faiss-node`);
    } catch (error) {
      failures.push(`${source}: ${firstLine(error)}`);
    }
  }
  const reason = `FAISS could not be loaded (${failures.join("; ")}).`;
  return { status: "unavailable", reason, mend: MEND };
}

/**
 * Runs the loading of a native library that uses OpenMP such that it never starts a second thread:
 * OpenMP takes its setting from the environment alone, when it is loaded. One query has no work for
 * two threads, and on a busy machine FAISS waits many milliseconds for the second to be scheduled
 * (measured: 8 ms instead of 0.25 ms). Children started later do not inherit the setting.
 */
function singleThreaded(load: () => unknown): unknown {
  const { OMP_NUM_THREADS: before } = process.env;
  process.env["OMP_NUM_THREADS"] = "1";
  try {
    return load();
  } finally {
    if (before === undefined) delete process.env["OMP_NUM_THREADS"];
    else process.env["OMP_NUM_THREADS"] = before;
  }
}

function isFaissLibrary(value: unknown): value is FaissLibrary {
  const { Index: index } = (value ?? {}) as { readonly Index?: Partial<FaissLibrary["Index"]> };
  return [index?.fromFactory, index?.read, index?.fromBuffer].every(
    (method) => typeof method === "function",
  );
}

/** Node's "cannot find module" goes on with a list of the importing files. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
