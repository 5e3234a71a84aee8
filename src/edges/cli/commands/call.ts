import { Option } from "commander";
import { CACHE_MODES } from "../../../core/calls/index.ts";
import type { CommandContext } from "../command/context.ts";
import type { AddCommand } from "../command/run-command.ts";
import { examples } from "../command/examples.ts";
import { durationMs } from "../command/option-values.ts";
import { EXIT } from "../failures/exit-codes.ts";
import { callTool } from "../rest/call-tool.ts";
import { openGatewayClient } from "../rest/open-client.ts";
import { describeCall, readCallResult, renderCallResult } from "../views/call-view.ts";
import { readToolArguments } from "./call-arguments.ts";
import { createCallProgress } from "./call-progress.ts";

interface CallOptions {
  readonly timeout?: number;
  readonly cache?: string;
  readonly progress?: boolean;
}

export const addCall: AddCommand = (parent, run) =>
  parent
    .command("call")
    .description("Call a tool and print what it answers.")
    .argument("<tool>", "id of the tool, as search and tools show it")
    .argument("[json]", "its arguments as a JSON object, @FILE, or - for standard input")
    .option("--timeout <time>", "give up after this time: 500ms, 30s, 2m", durationMs)
    .addOption(
      new Option(
        "--cache <mode>",
        "whether a kept answer may serve: bypass and refresh ask the server, only never does",
      ).choices(CACHE_MODES),
    )
    .option("--progress", "show progress although nobody watches standard error")
    .option("--no-progress", "show no progress")
    .addHelpText(
      "after",
      examples(
        `switchboard call users__search_users '{"name":"Alice"}'`,
        "switchboard call users__add_user @new-user.json --timeout 10s",
        'switchboard call users__search_users \'{"name":"Alice"}\' --cache refresh',
        'echo \'{"path":"notes.md"}\' | switchboard call filesystem__read_text_file -',
      ),
    )
    .action(
      run<[tool: string, json: string | undefined], CallOptions>(
        async (context, [tool, json], options) => {
          const args = await readToolArguments(json, context.host.terminal.input, context.signal);
          await using client = await openGatewayClient(context);
          using progress = createCallProgress(context.screen, { tool, shown: options.progress });
          const body = await callTool(client, {
            tool,
            arguments: args,
            ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
            ...(options.cache === undefined ? {} : { cache: options.cache }),
            ...(progress === undefined ? {} : { onProgress: progress.hear }),
          });
          return tell(context, body, client.target);
        },
      ),
    );

function tell(
  { screen }: CommandContext,
  body: Uint8Array,
  target: string,
): typeof EXIT.ok | typeof EXIT.failed {
  const result = readCallResult(body);
  if (screen.json) screen.printJson(body);
  else {
    screen.print(renderCallResult(result, screen.interactive));
    for (const remark of describeCall(result, target)) {
      if (remark.important || screen.watched) {
        screen.note(screen.errorCanvas.style(remark.important ? "yellow" : "dim", remark.text));
      }
    }
  }
  return result.isError ? EXIT.failed : EXIT.ok;
}
