import { cacheSuggestionsSchema } from "../../../../contract/index.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openDaemonClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderCacheSuggestions } from "../../views/cache-suggestions-view.ts";

export const addCacheSuggest: AddCommand = (parent, run) =>
  parent
    .command("suggest")
    .description("Name the tools whose repeated calls were answered alike, with the evidence.")
    .addHelpText("after", examples("switchboard cache suggest"))
    .action(
      run<[]>(async (context) => {
        const { screen } = context;
        await using client = await openDaemonClient(context);
        const { body } = await client.ask({ method: "GET", path: "/v1/cache/suggestions" });
        screen.answer(body, () =>
          renderCacheSuggestions(
            readAnswer(cacheSuggestionsSchema, body).suggestions,
            screen.canvas,
          ),
        );
      }),
    );
