import type { LogFields, Logger } from "../../../src/kernel/log.ts";

/** A line as it was logged, with the fields of the loggers it came through. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: LogFields;
  readonly message: string;
}

/** A logger whose lines tests can read. */
export interface RecordingLog extends Logger {
  readonly lines: readonly LogLine[];
}

export function createRecordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const make = (bound: LogFields): Logger => {
    const at =
      (level: LogLine["level"]) =>
      (fields: LogFields, message: string): void =>
        void lines.push({ level, fields: { ...bound, ...fields }, message });
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (fields) => make({ ...bound, ...fields }),
    };
  };
  return { ...make({}), lines };
}
