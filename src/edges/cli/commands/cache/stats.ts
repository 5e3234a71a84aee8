import { cacheStatsSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderCacheStats } from "../../views/cache-stats-view.ts";

export const addCacheStats: AddCommand = (parent, run) =>
  parent
    .command("stats")
    .description("Show what the running daemon's caches did since its start.")
    .addHelpText("after", examples("switchboard cache stats", "switchboard cache stats --json"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const { body } = await client.ask({ method: "GET", path: "/v1/cache" });
        screen.answer(body, () =>
          renderCacheStats(readAnswer(cacheStatsSchema, body), screen.canvas),
        );
      }),
    );
