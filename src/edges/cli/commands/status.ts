import { statusSchema } from "../../../contract/index.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { openDaemonClient } from "../rest/open-client.ts";
import { readAnswer } from "../rest/rest-client.ts";
import { renderStatus } from "../views/status-view.ts";

export const addStatus: AddCommand = (parent, run) =>
  parent
    .command("status")
    .description("Show how the running daemon is doing.")
    .addHelpText("after", examples("switchboard status", "switchboard status --json"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const { body } = await client.ask({ method: "GET", path: "/v1/status" });
        screen.answer(body, () =>
          renderStatus(readAnswer(statusSchema, body), client.target, screen.canvas),
        );
      }),
    );
