import type { Argument, Command, Option } from "commander";
import { singleLine } from "../text/safe-text.ts";
import { walkWords } from "./walk-words.ts";

/** Something that could stand where the cursor is. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/** Words to choose from, or that the shell should offer files. */
export type Completion = { readonly files: true } | { readonly candidates: readonly Candidate[] };

/** Ids that only a gateway knows. */
export interface KnownIds {
  tools(prefix: string): Promise<readonly Candidate[]>;
  servers(): Promise<readonly Candidate[]>;
}

const NOTHING: Completion = { candidates: [] };

/** What could stand for the last of `words`, which may be empty; the others are finished. */
export async function complete(
  root: Command,
  words: readonly string[],
  ids: KnownIds,
): Promise<Completion> {
  const finished = joinAssignments(words);
  const current = finished.pop() ?? "";
  const { command, option, argument, literal } = walkWords(root, finished);
  if (option !== undefined) return valuesOf(option, current, ids);
  if (!literal && current.startsWith("-")) return optionsOf(command, current, ids);
  if (command.commands.length > 0) return fitting(commandsOf(command), current);
  return argument === undefined ? NOTHING : valuesOf(argument, current, ids);
}

/** bash takes `--server=us` apart into three words; here it is one again. */
function joinAssignments(words: readonly string[]): string[] {
  const joined: string[] = [];
  words.forEach((word, index) => {
    const last = joined.at(-1);
    if (
      last?.startsWith("--") === true &&
      last.length > 2 &&
      (word === "=" || last.endsWith("="))
    ) {
      if (word === "=" || words[index - 1] === "=") {
        joined[joined.length - 1] = last + word;
        return;
      }
    }
    joined.push(word);
  });
  return joined;
}

async function optionsOf(command: Command, current: string, ids: KnownIds): Promise<Completion> {
  const equals = current.indexOf("=");
  if (equals === -1) {
    const options = command.options.filter(({ hidden }) => !hidden);
    return fitting(
      [
        ...options.map(({ long, short, description }) => ({
          word: long ?? short ?? "",
          about: description,
        })),
        { word: "--help", about: "show help" },
      ],
      current,
    );
  }
  const name = current.slice(0, equals);
  const option = command.options.find(({ long, required }) => required && long === name);
  if (option === undefined) return NOTHING;
  const values = await valuesOf(option, current.slice(equals + 1), ids);
  if ("files" in values) return values;
  return {
    candidates: values.candidates.map((value) => ({ ...value, word: `${name}=${value.word}` })),
  };
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((inner) => ({ word: inner.name(), about: inner.description() }));
}

/** The name of a value says what it is: `<tool>`, `<server>`, `<file>`, `<folder>`. */
async function valuesOf(
  value: Option | Argument,
  current: string,
  ids: KnownIds,
): Promise<Completion> {
  if (value.argChoices !== undefined) {
    return fitting(
      value.argChoices.map((word) => ({ word })),
      current,
    );
  }
  switch (valueName(value)) {
    case "tool":
      return fitting(await ids.tools(current), current);
    case "server":
      return fitting(await ids.servers(), current);
    case "file":
    case "folder":
      return { files: true };
    default:
      return NOTHING;
  }
}

function valueName(value: Option | Argument): string | undefined {
  return "flags" in value ? /<([^>.]+)/.exec(value.flags)?.[1] : value.name();
}

function fitting(candidates: readonly Candidate[], current: string): Completion {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)) };
}

/** The form that the shells' scripts read: a word a line, behind a tab what it is. */
export function writeCompletion(completion: Completion): string {
  if ("files" in completion) return ":files\n";
  return completion.candidates
    .map(({ word, about = "" }) => {
      const remark = singleLine(about).slice(0, 80);
      return `${singleLine(word)}${remark === "" ? "" : `\t${remark}`}\n`;
    })
    .join("");
}
