import { serverSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { describeServer } from "../../views/servers-view.ts";

export const addServersReconnect: AddCommand = (parent, run) =>
  parent
    .command("reconnect")
    .description("Close and open a server's connections now.")
    .argument("<server>", "id of the server")
    .addHelpText("after", examples("switchboard servers reconnect users"))
    .action(
      run<[id: string]>(async (context, [id]) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        using line = screen.progress(`Connecting ${id}`);
        const { body } = await client.ask({
          method: "POST",
          path: `/v1/servers/${encodeURIComponent(id)}/reconnect`,
          subject: id,
        });
        line[Symbol.dispose]();
        screen.answer(body, () => describeServer(readAnswer(serverSchema, body)));
      }),
    );
