import { planListSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderPlans } from "../../views/plans-view.ts";

export const addPlanList: AddCommand = (parent, run) =>
  parent
    .command("list")
    .description("List your plans in the daemon: under way, or ended and still remembered.")
    .addHelpText("after", examples("switchboard plan list", "switchboard plan list --json"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const { body } = await client.ask({ method: "GET", path: "/v1/plans" });
        screen.answer(body, () =>
          renderPlans(readAnswer(planListSchema, body).plans, screen.canvas),
        );
      }),
    );
