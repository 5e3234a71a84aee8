import type { Argument, Command, Option } from "commander";

/** Where on a command line the cursor stands. */
export interface Position {
  /** The command that the words before have reached. */
  readonly command: Command;
  /** The option whose value is being written. */
  readonly option?: Option;
  /** The argument that is being written; absent where the command takes no more. */
  readonly argument?: Argument;
  /** Whether a `--` came before: what follows is no option. */
  readonly literal: boolean;
}

/** Follows finished words through the commands, as commander will when the line is run. */
export function walkWords(root: Command, words: readonly string[]): Position {
  let command = root;
  let literal = false;
  let option: Option | undefined;
  let operands = 0;
  for (const word of words) {
    if (option !== undefined) option = undefined;
    else if (!literal && word === "--") literal = true;
    else if (!literal && word.startsWith("-")) option = valueOption(command, word);
    else {
      const inner = operands === 0 && !literal ? findCommand(command, word) : undefined;
      if (inner === undefined) operands += 1;
      else command = inner;
    }
  }
  const argument = argumentAt(command, operands);
  return {
    command,
    literal,
    ...(option === undefined ? {} : { option }),
    ...(argument === undefined ? {} : { argument }),
  };
}

/** The option that a word names and that wants its value in the next word. */
function valueOption(command: Command, word: string): Option | undefined {
  const found = command.options.find(({ long, short }) => long === word || short === word);
  return found?.required === true ? found : undefined;
}

function findCommand(command: Command, name: string): Command | undefined {
  return command.commands.find((inner) => inner.name() === name);
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const { registeredArguments: known } = command;
  const last = known.at(-1);
  return known[index] ?? (last?.variadic === true ? last : undefined);
}
