import type { Command } from "commander";
import { EXIT, type ExitCode } from "../failures/exit-codes.ts";
import type { CliHost } from "../host.ts";
import { createScreen } from "../screen.ts";
import type { CommandContext } from "./context.ts";
import { readGlobalFlags } from "./global-options.ts";

/** What a command does with its operands and options; it ends well unless it says otherwise. */
export type CommandBody<Operands extends readonly unknown[], Options> = (
  context: CommandContext,
  operands: Operands,
  options: Options,
) => Promise<ExitCode | void>;

/** Makes commander's action of a command's body. */
export type Run = <Operands extends readonly unknown[], Options = Record<never, never>>(
  body: CommandBody<Operands, Options>,
) => (...given: unknown[]) => Promise<void>;

/** Runs bodies with what they need; `onEnd` hears how each ended. */
export function createRun(host: CliHost, onEnd: (code: ExitCode) => void): Run {
  return <Operands extends readonly unknown[], Options>(body: CommandBody<Operands, Options>) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const flags = readGlobalFlags(command);
      const screen = createScreen(host.terminal, flags.json);
      const operands = given.slice(0, -2) as readonly unknown[] as Operands;
      const context = { host, flags, screen, signal: host.signal };
      onEnd((await body(context, operands, command.opts() as Options)) ?? EXIT.ok);
    };
}

/** Adds a command, or a group of them, below `parent`. */
export type AddCommand = (parent: Command, run: Run) => Command;
