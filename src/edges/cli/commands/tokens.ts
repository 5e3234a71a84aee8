import { tokenReportSchema } from "../../../contract/index.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { openGatewayClient } from "../rest/open-client.ts";
import { readAnswer } from "../rest/rest-client.ts";
import { renderTokens } from "../views/tokens-view.ts";

export const addTokens: AddCommand = (parent, run) =>
  parent
    .command("tokens")
    .description(
      "Show what all tools' definitions would cost a model's context, and what they cost through " +
        "Switchboard.",
    )
    .addHelpText("after", examples("switchboard tokens", "switchboard tokens --json"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openGatewayClient(context);
        using line = screen.progress("Counting tokens");
        const { body } = await client.ask({ method: "GET", path: "/v1/tokens" });
        line[Symbol.dispose]();
        screen.answer(body, () => renderTokens(readAnswer(tokenReportSchema, body), screen.canvas));
      }),
    );
