import { serverListSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openGatewayClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderServers } from "../../views/servers-view.ts";

export const addServersList: AddCommand = (parent, run) =>
  parent
    .command("list")
    .description("List the servers and how they are doing.")
    .addHelpText("after", examples("switchboard servers list", "switchboard servers list --json"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openGatewayClient(context);
        const { body } = await client.ask({ method: "GET", path: "/v1/servers" });
        screen.answer(body, () =>
          renderServers(readAnswer(serverListSchema, body).servers, screen.canvas),
        );
      }),
    );
