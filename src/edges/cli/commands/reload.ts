import { reloadAnswerSchema } from "../../../contract/index.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { openDaemonClient } from "../rest/open-client.ts";
import { readAnswer } from "../rest/rest-client.ts";

export const addReload: AddCommand = (parent, run) =>
  parent
    .command("reload")
    .description("Let the running daemon read its config anew. A config with problems is refused.")
    .addHelpText("after", examples("switchboard reload"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const { body } = await client.ask({ method: "POST", path: "/v1/reload" });
        screen.answer(body, () => {
          const { warnings } = readAnswer(reloadAnswerSchema, body);
          return ["Reloaded.", ...warnings.map((warning) => `warning: ${warning}`)].join("\n");
        });
      }),
    );
