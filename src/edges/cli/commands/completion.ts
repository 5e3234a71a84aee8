import { Argument } from "commander";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from "../completion/scripts.ts";

export const addCompletion: AddCommand = (parent, run) =>
  parent
    .command("completion")
    .description("Print a script that completes commands, options, tools and servers in a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "source <(switchboard completion bash)      (in ~/.bashrc)",
        "source <(switchboard completion zsh)       (in ~/.zshrc)",
        "switchboard completion fish | source       (in ~/.config/fish/config.fish)",
      ),
    )
    .action(
      run<[shell: Shell]>(async ({ screen }, [shell]) => screen.write(COMPLETION_SCRIPTS[shell])),
    );
