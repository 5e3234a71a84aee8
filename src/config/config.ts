import type { CompositeEntry } from "./composites/composite-entry.ts";
import type { ConfigOptions } from "./option-groups.ts";
import type { ConfigProblem } from "./problem.ts";
import type { ServerEntry } from "./servers/server-entry.ts";

/** The whole configuration, checked and complete: each folder's options, and the servers. */
export interface Config extends ConfigOptions {
  /** The file it came from; absent when there is none. */
  readonly file?: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Never try a download. */
  readonly offline: boolean;
  /** In the file's order. */
  readonly servers: readonly ServerEntry[];
  /** In the file's order. */
  readonly composites: readonly CompositeEntry[];
}

/** What came of reading the configuration. */
export type ConfigResult = {
  /** Things that are odd but do no harm. */
  readonly warnings: readonly ConfigProblem[];
  /** Every file it depends on, readable or not: what `watchConfig` watches. */
  readonly files: readonly string[];
} & (
  | {
      readonly kind: "ok";
      readonly config: Config;
      /** Values that must never be logged, longest first. */
      readonly secrets: readonly string[];
    }
  | {
      readonly kind: "failed";
      /** All of them, in the file's order. */
      readonly problems: readonly ConfigProblem[];
      /** What it says of the data directory, absolute, so that a running daemon can be found all the same; absent when the file cannot be read at all. */
      readonly dataDir?: string;
    }
);
