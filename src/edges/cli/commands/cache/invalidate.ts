import { cacheInvalidatedSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { UsageError } from "../../failures/usage-error.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderInvalidated } from "../../views/cache-invalidated-view.ts";

interface InvalidateOptions {
  readonly server?: string;
  readonly tool?: string;
  readonly tag?: string;
  readonly key?: string;
}

export const addCacheInvalidate: AddCommand = (parent, run) =>
  parent
    .command("invalidate")
    .description("Make cached answers void, in the running daemon and all that share its Redis.")
    .option("--server <server>", "all answers of this server")
    .option("--tool <tool>", "all answers of this tool")
    .option("--tag <tag>", "all answers with this tag")
    .option("--key <key>", "one answer, by the key that cache explain shows to the same caller")
    .addHelpText(
      "after",
      examples(
        "switchboard cache invalidate --server users",
        "switchboard cache invalidate --tag crm",
      ),
    )
    .action(
      run<[], InvalidateOptions>(async (context, _, { server, tool, tag, key }) => {
        const named = Object.entries({ server, tool, tag, key }).flatMap(([member, name]) =>
          name === undefined ? [] : [[member, name] as const],
        );
        if (named.length === 0) {
          throw new UsageError(
            "Nothing is named to invalidate.",
            "Give --server, --tool, --tag or --key.",
          );
        }
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const body = JSON.stringify(Object.fromEntries(named));
        const answer = await client.ask({ method: "POST", path: "/v1/cache/invalidate", body });
        screen.answer(answer.body, () =>
          renderInvalidated(named, readAnswer(cacheInvalidatedSchema, answer.body)),
        );
      }),
    );
