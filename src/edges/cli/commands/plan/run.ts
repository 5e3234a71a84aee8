import { planAnswerSchema, planCheckAnswerSchema } from "../../../../contract/index.ts";
import type { CommandContext } from "../../command/context.ts";
import { examples } from "../../command/examples.ts";
import { durationMs } from "../../command/option-values.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { EXIT, type ExitCode } from "../../failures/exit-codes.ts";
import type { PlannedStep } from "../../plans/answers.ts";
import { createPlanDisplay } from "../../plans/plan-display.ts";
import { readPlanFile, type PlanFile } from "../../plans/read-plan-file.ts";
import { tellPlan } from "../../plans/tell-plan.ts";
import { openDaemonClient, openGatewayClient } from "../../rest/open-client.ts";
import { checkPlan, detachPlan, runPlan, type PlanRunRequest } from "../../rest/plans.ts";
import { readAnswer, type RestClient } from "../../rest/rest-client.ts";
import { countProblems, renderPlanProblems } from "../../views/plan-problems-view.ts";
import { checkPlanFile } from "./check.ts";

interface RunOptions {
  readonly input?: string;
  readonly timeout?: number;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly progress?: boolean;
}

export const addPlanRun: AddCommand = (parent, run) =>
  parent
    .command("run")
    .description("Run a plan: its output goes to standard output, how it went to standard error.")
    .argument("<file>", "the plan in YAML or JSON, or - for standard input")
    .option("--input <json>", "its input as a JSON object, @FILE, or - for standard input")
    .option("--timeout <time>", "give up after this time: 500ms, 30s, 2m", durationMs)
    .option("--detach", "let it run on in the daemon, and print its id")
    .option("--dry-run", "check it only, as plan check does")
    .option("--progress", "show progress although nobody watches standard error")
    .option("--no-progress", "show no progress")
    .addHelpText(
      "after",
      `${examples(
        "switchboard plan run office-briefing.yaml",
        `switchboard plan run lookup.yaml --input '{"company":"Meridian"}' | jq .people`,
        "switchboard plan run nightly.yaml --detach",
      )}\n\nCtrl-C cancels the plan. Ends with 0 when the plan has its output, though a step may have failed
("partly succeeded"); with 1 when it failed, 2 when it could not begin, 3 when it was not allowed,
4 when the daemon could not be reached or was lost, 130 when it was cancelled.`,
    )
    .action(
      run<[file: string], RunOptions>(async (context, [path], options) => {
        if (options.dryRun === true) return await checkPlanFile(context, path, options.input);
        const file = await readPlanFile(context, path, options.input);
        const request: PlanRunRequest = {
          plan: file.json,
          timeoutMs: options.timeout,
          values: context.screen.json ? "auto" : "none",
        };
        if (options.detach === true) return await detach(context, request);
        await using client = await openGatewayClient(context);
        const graph = context.screen.json ? [] : await orderOf(context, client, file);
        if (graph === undefined) return EXIT.usage;
        const body = await follow(context, client, { request, shown: options.progress });
        return await tellPlan(context, client, { body, graph });
      }),
    );

/** The plan's order, with warnings told on the way; `undefined` when it cannot run. */
async function orderOf(
  { screen }: CommandContext,
  client: RestClient,
  file: PlanFile,
): Promise<readonly PlannedStep[] | undefined> {
  const body = await checkPlan(client, file.json);
  const { ok, problems, steps } = readAnswer(planCheckAnswerSchema, body);
  if (problems.length > 0) screen.note(renderPlanProblems(problems, file, screen.errorCanvas));
  if (ok) return steps;
  screen.note(`The plan has not run: ${countProblems(problems)}.`);
  return undefined;
}

async function follow(
  { screen, signal }: CommandContext,
  client: RestClient,
  { request, shown }: { readonly request: PlanRunRequest; readonly shown: boolean | undefined },
): Promise<Uint8Array> {
  using display = createPlanDisplay(screen, shown);
  return await runPlan(client, request, {
    signal,
    onEvent: display.hear,
    onCancel: display.tellCancelling,
  });
}

async function detach(context: CommandContext, request: PlanRunRequest): Promise<ExitCode> {
  await using client = await openDaemonClient(context);
  const { screen } = context;
  const body = await detachPlan(client, request);
  const { id } = readAnswer(planAnswerSchema, body);
  screen.answer(body, () => id);
  screen.note(`It runs in the daemon: see it with switchboard plan get ${id}`);
  return EXIT.ok;
}
