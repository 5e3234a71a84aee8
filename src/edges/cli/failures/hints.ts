import type { ErrorCode } from "../../../kernel/errors.ts";
import { formatDuration } from "../text/quantities.ts";

/** What a hint may be made of. */
export interface FailureFacts {
  readonly nearest?: readonly string[] | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The id of the tool or server that the command was about. */
  readonly subject?: string | undefined;
  readonly reason?: string | undefined;
}

type Hint = (facts: FailureFacts) => string;

const again: Hint = ({ retryAfterMs }) =>
  retryAfterMs === undefined || retryAfterMs <= 0
    ? "Try again later."
    : `Try again in ${formatDuration(retryAfterMs)}.`;

const otherVersion: Hint = () =>
  "The daemon may be of another version: compare switchboard --version with switchboard status.";

const seeServer: Hint = (facts) =>
  `See why with switchboard servers list. ${again({ retryAfterMs: facts.retryAfterMs })}`;

const FORBIDDEN: Readonly<Record<string, string>> = {
  "config-file": "Edit the daemon's config file where it runs.",
  "commands-over-api": "Add it where the daemon runs, or allow it: gateway.allowCommandsOverApi.",
};

const UNREACHABLE: Readonly<Record<string, string>> = {
  stopping: "Wait for its end with switchboard stop, then start one with switchboard serve.",
  "connection-lost": "See with switchboard status whether it still runs.",
  "no-config":
    "Name a config file with --config, or a daemon with --url; switchboard serve starts one where a config file is.",
};

const HINTS = {
  "unknown-tool": ({ nearest: [first] = [] }) =>
    first === undefined
      ? 'Find one with switchboard search "what you need".'
      : `Did you mean ${first}? See switchboard tools ${first}.`,
  "unknown-server": ({ nearest: [first] = [] }) =>
    first === undefined ? "See switchboard servers list." : `Did you mean ${first}?`,
  "unknown-result": () => "Stored results expire; make the call again.",
  "unknown-plan": () => "Compare it with the id that plan run --detach printed.",
  "not-cached": () => "Call without asking for a kept answer only.",
  "invalid-plan": () =>
    "Mend what is named; switchboard plan check FILE looks again without running it.",
  "unknown-route": otherVersion,
  "method-not-allowed": otherVersion,
  "invalid-arguments": ({ subject }) =>
    subject === undefined
      ? "See what the tool takes with switchboard tools TOOL."
      : `See what it takes with switchboard tools ${subject}.`,
  "invalid-request": () => "Correct the values named above; --help shows what is accepted.",
  "invalid-config": () =>
    "Correct what is named above; switchboard doctor checks the configuration.",
  "payload-too-large": () => "Send less, or raise gateway.maxBodyBytes in the config.",
  unauthenticated: () => "Set SWITCHBOARD_API_KEY to a key made with switchboard keys new.",
  forbidden: ({ reason = "" }) =>
    FORBIDDEN[reason] ?? "Ask for a key with the role or the tool rules that this needs.",
  "rate-limited": again,
  "circuit-open": seeServer,
  "server-unavailable": seeServer,
  "needs-auth": () =>
    "Give the server's credentials in its entry (headers or env), then reconnect.",
  "composite-exists": () =>
    "Choose another name, or change the composite in the configuration file.",
  "server-exists": () => "Choose another id, or remove it first with switchboard servers remove.",
  "idempotency-conflict": () => "Use a new key for another call.",
  "input-required": () => "Call it from an MCP client that can answer, or give what it asks for.",
  "deadline-exceeded": () => "Give it more time with --timeout, or raise the server's timeoutMs.",
  "upstream-protocol": () => "The server answered wrongly: its log or its authors can say why.",
  "embedding-failed": () => "See the embedding model's state with switchboard doctor.",
  "index-failed": () => "See the index's state with switchboard doctor.",
  "daemon-unreachable": ({ reason = "" }) =>
    UNREACHABLE[reason] ?? "Start one with switchboard serve, or name it with --url.",
  cancelled: () => "Run the command again.",
  internal: () => "The daemon's log holds more under the trace id.",
} as const satisfies Record<ErrorCode, Hint>;

/** How to mend a failure, in a line. */
export function hintFor(code: ErrorCode, facts: FailureFacts): string {
  return HINTS[code](facts);
}
