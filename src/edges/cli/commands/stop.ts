import { setTimeout as pause } from "node:timers/promises";
import { isGatewayError } from "../../../kernel/errors.ts";
import type { CommandContext } from "../command/context.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { ProblemError } from "../failures/problem.ts";
import { CommandError } from "../failures/usage-error.ts";
import type { DaemonProcess } from "../host.ts";
import { findClient, openDaemonClient } from "../rest/open-client.ts";
import type { ProgressLine } from "../spinner.ts";
import { formatDuration } from "../text/quantities.ts";

const ASK_EVERY_MS = 50;
/** For a daemon that does not say how long it may take. */
const WAIT_MS = 60_000;
/** Beyond what a daemon gives itself: its machine may be busy. */
const MARGIN_MS = 5_000;
/** A daemon that only a URL leads to is taken for gone when it has not answered for so long. */
const SILENT_MS = 5_000;
/** What a daemon that stops already would have answered. */
const STOPPING = { status: "stopping" };

export const addStop: AddCommand = (parent, run) =>
  parent
    .command("stop")
    .description(
      "Stop the running daemon and wait for its end; what is under way is finished first.",
    )
    .addHelpText("after", examples("switchboard stop"))
    .action(
      run<[]>(async (context) => {
        const { host, flags, screen } = context;
        const daemon = await host.findProcess(flags);
        const state = await daemon?.look();
        const body = state?.kind === "stopping" ? STOPPING : await askToStop(context);
        using line = screen.progress("Stopping");
        if (daemon === undefined) await untilSilent(context);
        else await untilEnded(context, daemon, line);
        line[Symbol.dispose]();
        screen.answer(body, () =>
          daemon === undefined
            ? "It no longer answers. Whether its process has ended cannot be seen from here."
            : "Stopped.",
        );
      }),
    );

async function askToStop(context: CommandContext): Promise<Uint8Array> {
  await using client = await openDaemonClient(context);
  return (await client.ask({ method: "POST", path: "/v1/stop" })).body;
}

/**
 * Waits until the process has let go of everything, so that another can be started at once.
 * @throws CommandError when it takes longer than it may.
 */
async function untilEnded(
  { signal }: CommandContext,
  daemon: DaemonProcess,
  line: ProgressLine,
): Promise<void> {
  const started = performance.now();
  for (let endsBy = started + WAIT_MS; ;) {
    const state = await daemon.look();
    if (state.kind === "ended") return;
    const now = performance.now();
    if (state.kind === "stopping") endsBy = now + state.endsWithinMs + MARGIN_MS;
    const left = endsBy - now;
    if (left <= 0) throw overdue(`Process ${daemon.pid}`, now - started);
    line.update(`Stopping: what is under way may take ${formatDuration(left)} more`);
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
}

/** Waits until nothing answers any more. @throws CommandError when it still does after a while. */
async function untilSilent(context: CommandContext): Promise<void> {
  const { signal } = context;
  const started = performance.now();
  let answeredAt = started;
  for (let now = started; now - started < WAIT_MS; now = performance.now()) {
    const state = await ask(context);
    if (state === "gone") return;
    if (state === "answers") answeredAt = now;
    if (now - answeredAt > SILENT_MS) return;
    await pause(ASK_EVERY_MS, undefined, { signal });
  }
  throw overdue("The daemon", WAIT_MS);
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

function overdue(who: string, waitedMs: number): CommandError {
  return new CommandError(
    `${who} was told to stop and has not ended within ${formatDuration(waitedMs)}.`,
    "Its log tells what it waits for. Run switchboard stop again to wait on, or end the process.",
  );
}
