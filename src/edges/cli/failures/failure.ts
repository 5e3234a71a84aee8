import { CommanderError } from "commander";
import { z } from "zod";
import { isGatewayError, type ErrorCode, type GatewayError } from "../../../kernel/errors.ts";
import { EXIT, EXIT_CODES, exitCodeOf, isErrorCode, type ExitCode } from "./exit-codes.ts";
import { hintFor, type FailureFacts } from "./hints.ts";
import { ProblemError } from "./problem.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/** How a command failed, ready to be told. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly what: string;
  /** Each thing that is wrong, where there are several. */
  readonly details: readonly string[];
  readonly hint: string;
  /** A problem document (RFC 9457): as it was answered, or made here. */
  readonly document: object | Uint8Array;
}

/** Makes a failure of whatever ended a command. `helpCommand` is what shows the right help. */
export function toFailure(error: unknown, helpCommand: string): Failure {
  if (error instanceof ProblemError) return fromProblem(error);
  if (isGatewayError(error)) return fromGatewayError(error);
  if (error instanceof CommanderError) return fromCommander(error, helpCommand);
  if (error instanceof UsageError) {
    return local({ code: "usage", exitCode: EXIT.usage, what: error.message, hint: error.hint });
  }
  if (error instanceof CommandError) {
    return local({ code: "failed", exitCode: EXIT.failed, what: error.message, hint: error.hint });
  }
  return unexpected(error);
}

/** The failure of a command that was told to stop. */
export function cancelledFailure(): Failure {
  const hint = hintFor("cancelled", {});
  return local({ code: "cancelled", exitCode: EXIT.cancelled, what: "Cancelled.", hint });
}

function fromProblem(error: ProblemError): Failure {
  const { problem, status, subject, body, message: what } = error;
  const code = problem?.code;
  const exitCode = exitCodeOf(code, status);
  if (problem === undefined || code === undefined) {
    const hint = "Is --url (or SWITCHBOARD_URL) the address of a Switchboard daemon?";
    return local({ code: "failed", exitCode, what, hint });
  }
  const { details, ...facts } = readFacts(problem, what);
  const trace = code === "internal" ? [`trace ${problem.traceId}`] : [];
  const hint = isErrorCode(code) ? hintFor(code, { ...facts, subject }) : "See switchboard status.";
  return { exitCode, what, details: [...details, ...trace], hint, document: body };
}

function fromGatewayError(error: GatewayError): Failure {
  const { code, message: what } = error;
  const data: object = code === "internal" ? {} : error.data;
  const { details, ...facts } = readFacts(data, what);
  return {
    exitCode: EXIT_CODES[code],
    what,
    details,
    hint: hintFor(code, facts),
    document: { ...problemDocument(code, what), ...data, hint: hintFor(code, facts) },
  };
}

const planProblem = /* @__PURE__ */ z
  .object({ path: z.string(), code: z.string(), message: z.string() })
  .transform(({ path, code, message }) => `${path === "" ? "/" : path}: ${message} (${code})`);

const factsSchema = /* @__PURE__ */ z.object({
  nearest: z.array(z.string()).optional().catch(undefined),
  retryAfterMs: z.number().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  violations: z.array(z.object({ path: z.string(), message: z.string() })).catch([]),
  problems: z.array(z.union([z.string(), planProblem])).catch([]),
});

/** What a failure's own members tell, as far as its sentence does not tell it already. */
function readFacts(
  members: object,
  what: string,
): FailureFacts & { readonly details: readonly string[] } {
  const { violations, problems, ...facts } = factsSchema.parse(members);
  const wrong = violations.map(({ path, message }) => ({
    message,
    text: `${path === "" ? "/" : path}: ${message}`,
  }));
  const details = [...wrong, ...problems.map((text) => ({ message: text, text }))]
    .filter(({ message }) => !what.includes(message))
    .map(({ text }) => text);
  return { ...facts, details };
}

/** Commander's messages read `error: what` with a suggestion in a second line. */
function fromCommander(error: CommanderError, helpCommand: string): Failure {
  const [first = "", suggestion] = error.message.split("\n");
  const said = first.replace(/^error: /, "");
  const meant = /^\((Did you mean .*\?)\)$/.exec(suggestion ?? "")?.[1];
  const dashes = error.code === "commander.unknownOption" && helpCommand.includes("servers add");
  const hint = [
    meant,
    dashes ? "Put -- before the server's command." : undefined,
    `See ${helpCommand} --help.`,
  ];
  return local({
    code: "usage",
    exitCode: EXIT.usage,
    what: `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`,
    hint: hint.filter((part) => part !== undefined).join(" "),
  });
}

function unexpected(error: unknown): Failure {
  const what = error instanceof Error ? error.message : String(error);
  const fromSystem = error instanceof Error && "syscall" in error;
  const hint = fromSystem
    ? "The system refused it: check the path and its permissions."
    : "This should not happen: please report it, with the command and what it said.";
  return local({ code: "internal", exitCode: EXIT.failed, what, hint });
}

function local(failure: {
  readonly code: ErrorCode | "usage" | "failed";
  readonly exitCode: ExitCode;
  readonly what: string;
  readonly hint: string;
}): Failure {
  const { code, exitCode, what, hint } = failure;
  return { exitCode, what, hint, details: [], document: { ...problemDocument(code, what), hint } };
}

function problemDocument(code: string, detail: string): object {
  const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll("-", " ");
  const type = isErrorCode(code) ? `/docs#error-${code}` : "about:blank";
  return { type, title, detail, code };
}
