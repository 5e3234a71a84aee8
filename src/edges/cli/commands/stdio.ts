import type { AddCommand } from "../command/run-command.ts";
import { examples } from "../command/examples.ts";

export const addStdio: AddCommand = (parent, run) =>
  parent
    .command("stdio")
    .description(
      "Serve MCP on standard input and output, for clients that start their servers themselves. " +
        "Goes through the running daemon when there is one.",
    )
    .addHelpText(
      "after",
      examples("switchboard stdio", "claude mcp add switchboard -- switchboard stdio"),
    )
    .action(run<[]>(({ host, flags }) => host.stdio(flags)));
