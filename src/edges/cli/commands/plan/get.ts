import type { CommandContext } from "../../command/context.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { createPlanDisplay } from "../../plans/plan-display.ts";
import { tellPlan } from "../../plans/tell-plan.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { followPlan, showPlan, type StepValues } from "../../rest/plans.ts";
import type { RestClient } from "../../rest/rest-client.ts";

interface GetOptions {
  readonly wait?: boolean;
}

export const addPlanGet: AddCommand = (parent, run) =>
  parent
    .command("get")
    .description("Show how a plan in the daemon is doing, or how it went.")
    .argument("<id>", "the plan's id, as plan run --detach prints it")
    .option("--wait", "follow it to its end; Ctrl-C leaves it running")
    .addHelpText(
      "after",
      examples(
        "switchboard plan get p_4f1c0a9be27d5e3380c6d1f2a7b94e50",
        "switchboard plan get p_4f1c0a9be27d5e3380c6d1f2a7b94e50 --wait > report.json",
      ),
    )
    .action(
      run<[id: string], GetOptions>(async (context, [id], { wait }) => {
        await using client = await openDaemonClient(context);
        const values = context.screen.json ? "auto" : "none";
        const body =
          wait === true
            ? await follow(context, client, { id, values })
            : await showPlan(client, id, values);
        return await tellPlan(context, client, { body, graph: [] });
      }),
    );

async function follow(
  { screen }: CommandContext,
  client: RestClient,
  plan: { readonly id: string; readonly values: StepValues },
): Promise<Uint8Array> {
  using display = createPlanDisplay(screen, undefined);
  return await followPlan(client, plan, display.hear);
}
