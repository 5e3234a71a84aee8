import { planAnswerSchema } from "../../../contract/index.ts";
import { objectMembers, slice } from "../../../mcp/json-scan.ts";
import type { CommandContext } from "../command/context.ts";
import { EXIT, type ExitCode } from "../failures/exit-codes.ts";
import { readResult } from "../rest/read-result.ts";
import { readAnswer, type RestClient } from "../rest/rest-client.ts";
import { prettyJson } from "../text/pretty-json.ts";
import { formatBytes } from "../text/quantities.ts";
import { terminalSafe } from "../text/safe-text.ts";
import { renderPlanSummary } from "../views/plan-summary.ts";
import { renderTimeline } from "../views/plan-timeline.ts";
import type { PlannedStep } from "./answers.ts";
import { criticalSteps } from "./critical-path.ts";

/** A plan's answer, and its order where that is known. */
export interface ToldPlan {
  /** JSON text. */
  readonly body: Uint8Array;
  readonly graph: readonly PlannedStep[];
}

/**
 * Prints a plan's output, and beside it how the plan went; with `--json` the answer as it came. Gives
 * the exit code: 0 also for a plan that has its output though some step failed, 1 also for an output
 * that is too large to be had.
 */
export async function tellPlan(
  { screen }: CommandContext,
  client: RestClient,
  { body, graph }: ToldPlan,
): Promise<ExitCode> {
  const report = readAnswer(planAnswerSchema, body);
  const { status, steps, withheld } = report;
  if (screen.json) {
    screen.printJson(body);
    return EXIT_CODES[status];
  }
  const output = objectMembers(body).get("output");
  if (withheld !== undefined) await printLarge(screen, client, withheld);
  else if (output !== undefined) printOutput(screen, slice(body, output));
  const critical = criticalSteps(graph, steps);
  screen.note(renderTimeline(report, critical, screen.errorCanvas));
  screen.note(renderPlanSummary(report, screen.errorCanvas));
  const hasNone = output === undefined && withheld === undefined;
  if (hasNone && (status === "succeeded" || status === "partial")) {
    screen.note("The plan has no output; --json shows the values of its steps.");
  }
  const isLost = withheld !== undefined && withheld.handle === undefined;
  return isLost && EXIT_CODES[status] === EXIT.ok ? EXIT.failed : EXIT_CODES[status];
}

const EXIT_CODES = {
  running: EXIT.ok,
  succeeded: EXIT.ok,
  partial: EXIT.ok,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
} as const;

type Screen = CommandContext["screen"];

/** A text as it is, all else as JSON, in which no integer is rounded. */
function printOutput(screen: Screen, output: Uint8Array): void {
  const json = Buffer.from(output).toString("utf8");
  const text = json.startsWith('"') ? (JSON.parse(json) as string) : prettyJson(json);
  screen.print(screen.interactive ? terminalSafe(text) : text);
}

/** An output too large for the answer: whole where a program reads, its beginning where a person does. */
async function printLarge(
  screen: Screen,
  client: RestClient,
  { bytes, preview = "", handle }: NonNullable<PlanWithheld>,
): Promise<void> {
  if (screen.interactive) screen.print(`${terminalSafe(preview)}…`);
  if (handle === undefined) {
    return screen.note(`The output has ${formatBytes(bytes)}, too large to be kept: it is lost.`);
  }
  if (screen.interactive) {
    return screen.note(`Only the beginning of ${formatBytes(bytes)}: pipe it to read it whole.`);
  }
  if (!preview.startsWith('"')) {
    for await (const text of readResult(client, handle.handle)) screen.write(text);
    return screen.write("\n");
  }
  let json = "";
  for await (const text of readResult(client, handle.handle)) json += text;
  screen.print(JSON.parse(json) as string);
}

type PlanWithheld = ReturnType<typeof planAnswerSchema.parse>["withheld"];
