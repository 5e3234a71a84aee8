import { setTimeout as pause } from "node:timers/promises";
import { isGatewayError } from "../../../kernel/errors.ts";
import type { CommandContext } from "../command/context.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { ProblemError } from "../failures/problem.ts";
import { findClient, openDaemonClient } from "../rest/open-client.ts";

const ASK_EVERY_MS = 50;
const WAIT_MS = 60_000;
/** A daemon found by a URL is taken for gone when it has not answered for so long. */
const SILENT_MS = 5_000;

export const addStop: AddCommand = (parent, run) =>
  parent
    .command("stop")
    .description("Stop the running daemon; calls under way are finished first.")
    .addHelpText("after", examples("switchboard stop"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        const body = await askToStop(context);
        using line = screen.progress("Stopping");
        const gone = await untilGone(context);
        line[Symbol.dispose]();
        screen.answer(body, () =>
          gone ? "Stopped." : "Stopping: calls are still under way. See switchboard status.",
        );
      }),
    );

async function askToStop(context: CommandContext): Promise<Uint8Array> {
  await using client = await openDaemonClient(context);
  return (await client.ask({ method: "POST", path: "/v1/stop" })).body;
}

/** Waits until the daemon has let go of everything, so that another can be started at once. */
async function untilGone(context: CommandContext): Promise<boolean> {
  const { signal } = context;
  const started = performance.now();
  let answeredAt = started;
  for (let now = started; now - started < WAIT_MS; now = performance.now()) {
    const state = await ask(context);
    if (state === "gone") return true;
    if (state === "answers") answeredAt = now;
    if (now - answeredAt > SILENT_MS) return true;
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
  return false;
}

async function ask(context: CommandContext): Promise<"gone" | "silent" | "answers"> {
  try {
    await using client = await findClient(context);
    if (client === undefined) return "gone";
    await client.ask({ method: "GET", path: "/healthz" });
    return "answers";
  } catch (error) {
    if (isGatewayError(error, "daemon-unreachable")) return "silent";
    if (error instanceof ProblemError) return "answers";
    throw error;
  }
}
