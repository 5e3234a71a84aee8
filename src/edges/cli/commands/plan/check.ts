import { planCheckAnswerSchema } from "../../../../contract/index.ts";
import type { CommandContext } from "../../command/context.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { EXIT, type ExitCode } from "../../failures/exit-codes.ts";
import { readPlanFile } from "../../plans/read-plan-file.ts";
import { openGatewayClient } from "../../rest/open-client.ts";
import { checkPlan } from "../../rest/plans.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderPlanGraph } from "../../views/plan-graph-view.ts";
import { countProblems, renderPlanProblems } from "../../views/plan-problems-view.ts";

interface CheckOptions {
  readonly input?: string;
}

export const addPlanCheck: AddCommand = (parent, run) =>
  parent
    .command("check")
    .description("Check a plan without running it: its problems, its order, what it will take.")
    .argument("<file>", "the plan in YAML or JSON, or - for standard input")
    .option("--input <json>", "its input as a JSON object, @FILE, or - for standard input")
    .addHelpText(
      "after",
      examples(
        "switchboard plan check relocate-team.yaml",
        `switchboard plan check lookup.yaml --input '{"company":"Meridian"}'`,
        "generate-plan | switchboard plan check - --json",
      ),
    )
    .action(
      run<[file: string], CheckOptions>((context, [file], { input }) =>
        checkPlanFile(context, file, input),
      ),
    );

/** Checks a plan's file and tells what is found; ends with 2 when it could not run. */
export async function checkPlanFile(
  context: CommandContext,
  path: string,
  input: string | undefined,
): Promise<ExitCode> {
  const { screen } = context;
  const file = await readPlanFile(context, path, input);
  await using client = await openGatewayClient(context);
  const body = await checkPlan(client, file.json);
  const check = readAnswer(planCheckAnswerSchema, body);
  screen.answer(body, () => {
    const { problems, steps } = check;
    const found = problems.length === 0 ? [] : [renderPlanProblems(problems, file, screen.canvas)];
    const graph = steps.length === 0 ? [] : [renderPlanGraph(check, screen.canvas)];
    const verdict = check.ok ? "The plan can run" : "The plan cannot run";
    const counts = problems.length === 0 ? "" : `: ${countProblems(problems)}`;
    return [...found, ...graph, `${verdict}${counts}.`].join("\n\n");
  });
  return check.ok ? EXIT.ok : EXIT.usage;
}
