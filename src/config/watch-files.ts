import { type FSWatcher, statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** How quickly changes are noticed. */
export interface WatchFilesOptions {
  /** Quiet time after a change before it is told, so that a save in several steps is one. Milliseconds, default 200. */
  readonly debounceMs?: number;
  /** How often the files are looked at where the system tells nothing (network mounts). Milliseconds, default 5,000. */
  readonly pollMs?: number;
}

/** Watches files until disposed. */
export interface FilesWatch extends Disposable {
  /** Watches these from now on, instead of the earlier ones. */
  setFiles(paths: readonly string[]): void;
}

/**
 * Calls `onChange` once after one of the files was changed, made, replaced, or removed. It watches
 * their folders, since editors put a new file in an old one's place, and mounted configurations
 * are symbolic links that are bent; it also looks for itself now and then. Keeps no process alive.
 */
export function watchFiles(
  onChange: () => void,
  { debounceMs = 200, pollMs = 5_000 }: WatchFilesOptions = {},
): FilesWatch {
  let signs = new Map<string, string>();
  let watchers: FSWatcher[] = [];
  let pending: NodeJS.Timeout | undefined;

  const look = () => {
    let changed = false;
    for (const [path, before] of signs) {
      const now = signOf(path);
      changed ||= now !== before;
      signs.set(path, now);
    }
    if (changed) onChange();
  };
  const soon = () => {
    clearTimeout(pending);
    pending = setTimeout(look, debounceMs);
    pending.unref();
  };
  const stopWatchers = () => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  const poll = setInterval(look, pollMs);
  poll.unref();

  return {
    setFiles(paths) {
      const added = paths.filter((path) => !signs.has(path));
      if (added.length === 0 && paths.length === signs.size) return;
      signs = new Map(paths.map((path) => [path, signs.get(path) ?? signOf(path)]));
      stopWatchers();
      watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) =>
        watchFolder(folder, soon),
      );
    },
    [Symbol.dispose]() {
      clearInterval(poll);
      clearTimeout(pending);
      stopWatchers();
    },
  };
}

/** A folder that cannot be watched (missing, or no watches left) is left to the polling. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/** What tells a file's state from a later one; the link's target is what counts. */
function signOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${dev}/${ino}/${size}/${mtimeNs}`;
  } catch {
    return "none";
  }
}
