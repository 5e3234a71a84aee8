import { planAnswerSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { cancelPlan, showPlan } from "../../rest/plans.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderPlanSummary } from "../../views/plan-summary.ts";

export const addPlanCancel: AddCommand = (parent, run) =>
  parent
    .command("cancel")
    .description("Cancel a plan that runs in the daemon.")
    .argument("<id>", "the plan's id, as plan run --detach prints it")
    .addHelpText("after", examples("switchboard plan cancel p_4f1c0a9be27d5e3380c6d1f2a7b94e50"))
    .action(
      run<[id: string]>(async (context, [id]) => {
        const { screen, signal } = context;
        await using client = await openDaemonClient(context);
        const before = await showPlan(client, id, "none");
        const hasEnded = readAnswer(planAnswerSchema, before).status !== "running";
        const body = hasEnded ? before : await cancelPlan(client, id, { values: "none", signal });
        screen.answer(body, () =>
          renderPlanSummary(readAnswer(planAnswerSchema, body), screen.canvas),
        );
        if (hasEnded) screen.note("It had already ended: there was nothing to cancel.");
      }),
    );
