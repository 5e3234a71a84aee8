/** How the daemon logs: JSON lines on standard error. */
export interface LogOptions {
  /** Least severe level that is written; `silent` writes nothing. Default `info`. */
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
}

/** What holds where the configuration says nothing. */
export const LOG_DEFAULTS: LogOptions = { level: "info" };
