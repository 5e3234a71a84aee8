import { cacheExplanationSchema } from "../../../../contract/index.ts";
import { withMembers } from "../../../../mcp/splice.ts";
import { examples } from "../../command/examples.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { openGatewayClient } from "../../rest/open-client.ts";
import { readAnswer } from "../../rest/rest-client.ts";
import { renderCacheExplanation } from "../../views/cache-explanation-view.ts";
import { readToolArguments } from "../call-arguments.ts";

export const addCacheExplain: AddCommand = (parent, run) =>
  parent
    .command("explain")
    .description("Show how a tool's answers are cached, and which setting decided it.")
    .argument("<tool>", "id of the tool, as search and tools show it")
    .argument(
      "[json]",
      "the arguments of a call, to see its key as this caller: a JSON object, @FILE, or -",
    )
    .addHelpText(
      "after",
      examples(
        "switchboard cache explain users__search_users",
        `switchboard cache explain users__search_users '{"name":"Alice"}'`,
      ),
    )
    .action(
      run<[tool: string, json: string | undefined]>(async (context, [tool, json]) => {
        const { screen, host, signal } = context;
        const asked = { tool: JSON.stringify(tool) };
        const members =
          json === undefined
            ? asked
            : { ...asked, arguments: await readToolArguments(json, host.terminal.input, signal) };
        await using client = await openGatewayClient(context);
        const { body } = await client.ask({
          method: "POST",
          path: "/v1/cache/explain",
          body: withMembers(Buffer.from("{}"), members).toString("utf8"),
          subject: tool,
        });
        screen.answer(body, () =>
          renderCacheExplanation(readAnswer(cacheExplanationSchema, body), screen.canvas),
        );
      }),
    );
