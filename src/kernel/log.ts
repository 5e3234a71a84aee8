/** Facts that go with a log line; never secrets, arguments or results. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging, as much of it as the product needs. Fields come first, the message reads as a sentence. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger whose lines all carry `fields`. */
  child(fields: LogFields): Logger;
}

/** Keeps quiet: for tests and one-shot commands. */
export function createSilentLogger(): Logger {
  const silent: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => silent,
  };
  return silent;
}
