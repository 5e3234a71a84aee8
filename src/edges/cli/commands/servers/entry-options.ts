import { resolve } from "node:path";
import type { JsonObject } from "../../../../kernel/json.ts";
import { UsageError } from "../../failures/usage-error.ts";

/** A server's entry as the command line says it. */
export interface EntryOptions {
  readonly url?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly description?: string;
  readonly tag?: readonly string[];
}

/**
 * Makes an entry of a command (the program and its arguments, or nothing) and options.
 * @throws UsageError when they do not go together.
 */
export function toEntry(words: readonly string[], options: EntryOptions): JsonObject {
  checkTogether(words, options);
  const { url, header, env, cwd, description, tag } = options;
  const [command, ...args] = words;
  return {
    ...(command === undefined ? {} : { command, args }),
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
    ...(url === undefined ? {} : { url }),
    ...(header === undefined ? {} : { headers: header }),
    ...(description === undefined ? {} : { description }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

function checkTogether(
  [command]: readonly string[],
  { url, header, env, cwd }: EntryOptions,
): void {
  if (url === undefined && command === undefined) {
    throw new UsageError(
      "It is not said where the server is.",
      "Give --url URL, or -- COMMAND ARGS.",
    );
  }
  if (url !== undefined) checkUrl(url);
  else if (header !== undefined) {
    throw new UsageError("--header goes with --url only.", "Give --url, or --env for a command.");
  }
  if (command === undefined && (env !== undefined || cwd !== undefined)) {
    throw new UsageError(
      "--env and --cwd go with a command only.",
      "Give the command behind --, or --header for a URL.",
    );
  }
}

/** A URL may hold `${NAME}`, which the daemon fills in. */
function checkUrl(url: string): void {
  const known = /^(?:https?|wss?):\/\//i.test(url) && URL.canParse(url);
  if (known || url.includes("${")) return;
  throw new UsageError(
    `"${url}" is no URL of a server.`,
    "Give one that begins with http://, https://, ws:// or wss://.",
  );
}
