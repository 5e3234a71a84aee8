import {
  destination,
  pino,
  stdTimeFunctions,
  type DestinationStream,
  type LoggerOptions,
} from "pino";
import type { LogFields, Logger } from "../../kernel/log.ts";
import { LOG_DEFAULTS, type LogOptions } from "./options.ts";
import { censorByKey } from "./censor-by-key.ts";
import { createSecretScrubber } from "./secret-scrubber.ts";
import { serialiseError } from "./serialise-error.ts";

/** The log of the daemon, and what may be changed about it while it runs. */
export interface PinoLogger extends Disposable {
  readonly log: Logger;
  /** Never writes these values again, wherever they stand in a line (values of ≥ 6 characters). */
  addSecrets(secrets: readonly string[]): void;
  setLevel(level: LogOptions["level"]): void;
  /** Writes out what is still held back; so does disposing. */
  flush(): void;
}

/** Lines that wait while standard error is slow; what comes past it is dropped. */
const MAX_WAITING_BYTES = 8_388_608;

/**
 * Makes the structured log: one JSON object a line with `level`, `time` (ISO 8601, UTC), `pid`,
 * `msg` and the fields given. Credentials are censored by key and by value; errors under `err` or
 * `error` are told with their causes.
 *
 * `secrets` are the values known from the configuration; `stream` is standard error by default.
 */
export function createPinoLogger(
  options: Partial<LogOptions> & { readonly secrets?: readonly string[] },
  deps: { readonly stream?: DestinationStream } = {},
): PinoLogger {
  const scrubber = createSecretScrubber(options.secrets ?? []);
  const standardError =
    deps.stream === undefined
      ? destination({ fd: 2, sync: false, maxLength: MAX_WAITING_BYTES })
      : undefined;
  const threshold = { level: options.level ?? LOG_DEFAULTS.level };
  const settings: LoggerOptions = {
    level: "debug",
    base: { pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: serialiseError, error: serialiseError },
    hooks: { streamWrite: (line) => scrubber.scrub(censorByKey(line)) },
  };
  const root = pino(settings, deps.stream ?? standardError);
  const flush = (): void => {
    try {
      standardError?.flushSync();
    } catch {
      // Standard error is gone or was never opened: there is nowhere left to say so.
    }
  };

  return {
    log: toLogger(root, threshold),
    addSecrets: (secrets) => scrubber.add(secrets),
    setLevel(level) {
      threshold.level = level;
    },
    flush,
    [Symbol.dispose]: flush,
  };
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/** The threshold is shared, since pino's own levels stay as they were with loggers already made. */
function toLogger(target: pino.Logger, threshold: { readonly level: LogOptions["level"] }): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (fields: LogFields, message: string): void => {
      if (SEVERITY[level] >= SEVERITY[threshold.level]) target[level](fields, message);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => toLogger(target.child(fields), threshold),
  };
}
