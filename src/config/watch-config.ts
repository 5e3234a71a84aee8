import { compareConfigs, type ConfigChanges, isUnchanged } from "./compare-configs.ts";
import type { Config, ConfigResult } from "./config.ts";
import { type ConfigSources, loadConfig } from "./load-config.ts";
import { watchFiles, type WatchFilesOptions } from "./watch-files.ts";

/** What a change of the files came to. */
export type ConfigUpdate =
  | {
      /** A good configuration that differs from the last good one. */
      readonly kind: "changed";
      readonly result: Extract<ConfigResult, { kind: "ok" }>;
      readonly changes: ConfigChanges;
    }
  | {
      /** The last good one stays in force. */
      readonly kind: "rejected";
      readonly result: Extract<ConfigResult, { kind: "failed" }>;
    }
  | {
      /** A good one that means the same as the last good one. */
      readonly kind: "unchanged";
      readonly result: Extract<ConfigResult, { kind: "ok" }>;
    };

/** Watches the configuration until disposed. */
export interface ConfigWatch extends Disposable {
  /** The last good configuration. */
  readonly current: Config;
  /** Reads the files now, for `reload`; tells the listener as well. */
  reload(): ConfigUpdate;
}

/**
 * Watches the configuration file and the environment files that it names, and tells `onUpdate` of
 * each change. A file that was found by itself stays the one that is read: when it disappears, that
 * is a problem, and the last good state stays.
 *
 * @param loaded What `loadConfig(sources)` gave at the start.
 */
export function watchConfig(
  sources: ConfigSources,
  loaded: Extract<ConfigResult, { kind: "ok" }>,
  options: WatchFilesOptions & { readonly onUpdate: (update: ConfigUpdate) => void },
): ConfigWatch {
  const { file } = loaded.config;
  const fixed: ConfigSources =
    file === undefined ? sources : { ...sources, flags: { ...sources.flags, config: file } };
  let current = loaded.config;

  const reload = (): ConfigUpdate => {
    const result = loadConfig(fixed);
    const update = judge(current, result);
    if (update.kind === "changed") current = update.result.config;
    files.setFiles([...new Set([...result.files, ...loaded.files.slice(0, 1)])]);
    options.onUpdate(update);
    return update;
  };
  const files = watchFiles(() => void reload(), options);
  files.setFiles(loaded.files);
  return {
    get current() {
      return current;
    },
    reload,
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

function judge(current: Config, result: ConfigResult): ConfigUpdate {
  if (result.kind === "failed") return { kind: "rejected", result };
  const changes = compareConfigs(current, result.config);
  if (isUnchanged(changes)) return { kind: "unchanged", result };
  return { kind: "changed", result, changes };
}
