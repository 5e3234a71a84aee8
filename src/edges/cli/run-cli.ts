import { CommanderError } from "commander";
import { createRun } from "./command/run-command.ts";
import { walkWords } from "./completion/walk-words.ts";
import { EXIT, type ExitCode } from "./failures/exit-codes.ts";
import { cancelledFailure, toFailure } from "./failures/failure.ts";
import { tellFailure } from "./failures/tell-failure.ts";
import type { CliHost } from "./host.ts";
import { guardOutput } from "./guard-output.ts";
import { createProgram } from "./program.ts";

/**
 * Runs one command line: `argv` holds the words behind the program's name. Gives the exit code:
 * 0 ok, 1 failed, 2 usage, 3 refused, 4 unreachable, 130 cancelled (docs/errors.md). Never throws, never ends the
 * process; whatever a command opened is closed when it returns.
 */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  const { terminal, signal } = host;
  const output = guardOutput(terminal.output);
  let code: ExitCode = EXIT.ok;
  const run = createRun(host, (ended) => {
    code = ended;
  });
  const program = createProgram(host.version, terminal, run);
  try {
    await program.parseAsync([...argv], { from: "user" });
    await output.flush();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    if (isHelp(error)) return EXIT.usage;
    const failure = signal.aborted ? cancelledFailure() : toFailure(error, helpCommand());
    tellFailure(failure, terminal, wantsJson(argv));
    return failure.exitCode;
  }
  return code;

  function helpCommand(): string {
    const { command } = walkWords(program, argv);
    const path: string[] = [];
    for (let at: typeof command | null = command; at !== null; at = at.parent)
      path.unshift(at.name());
    return path.join(" ");
  }
}

/** A command was named that only holds others: its help has been shown on standard error. */
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.code === "commander.help";
}

/** The flag, also on a line that could not be followed. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? undefined : end).includes("--json");
}
