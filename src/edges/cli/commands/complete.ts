import type { AddCommand } from "../command/run-command.ts";
import { complete, writeCompletion } from "../completion/candidates.ts";
import { createKnownIds } from "../completion/known-ids.ts";

/** What the shells' scripts ask; not shown in the help. */
export const addComplete: AddCommand = (parent, run) =>
  parent
    .command("__complete", { hidden: true })
    .argument("[words...]", "the words behind the program's name, the last unfinished")
    .action(
      run<[words: readonly string[]]>(async (context, [words]) => {
        const completion = await complete(parent, words, createKnownIds(context));
        context.screen.write(writeCompletion(completion));
      }),
    );
