import { toolListSchema, wholeToolSchema } from "../../../contract/index.ts";
import type { CommandContext } from "../command/context.ts";
import type { AddCommand } from "../command/run-command.ts";
import { examples } from "../command/examples.ts";
import { listAllTools } from "../rest/list-all-tools.ts";
import { openGatewayClient } from "../rest/open-client.ts";
import { readAnswer, type RestClient } from "../rest/rest-client.ts";
import { countOf } from "../text/quantities.ts";
import { renderToolCard } from "../views/tool-card.ts";
import { renderTools } from "../views/tools-view.ts";

interface ToolsOptions {
  readonly server?: string;
}

export const addTools: AddCommand = (parent, run) =>
  parent
    .command("tools")
    .description("List the tools that can be called, or show one whole.")
    .argument("[tool]", "id of a tool to show")
    .option("--server <server>", "only tools of this server")
    .addHelpText(
      "after",
      examples(
        "switchboard tools",
        "switchboard tools --server users",
        "switchboard tools users__search_users",
        "switchboard tools --json",
      ),
    )
    .action(
      run<[tool: string | undefined], ToolsOptions>(async (context, [tool], { server }) => {
        await using client = await openGatewayClient(context);
        if (tool !== undefined) return await showTool(context, client, tool);
        const { screen } = context;
        const { body, count } = await listAllTools(client, {
          detail: screen.json ? "schema" : "summary",
          ...(server === undefined ? {} : { server }),
        });
        if (count === 0 && server !== undefined) await expectServer(client, server);
        screen.answer(body, () =>
          renderTools(readAnswer(toolListSchema, body).tools, screen.canvas),
        );
        screen.note(screen.errorCanvas.style("dim", countOf(count, "tool")));
      }),
    );

/** @throws ProblemError `unknown-server` with the nearest ids. */
async function expectServer(client: RestClient, server: string): Promise<void> {
  await client.ask({
    method: "GET",
    path: `/v1/servers/${encodeURIComponent(server)}`,
    subject: server,
  });
}

async function showTool({ screen }: CommandContext, client: RestClient, id: string): Promise<void> {
  const { body } = await client.ask({
    method: "GET",
    path: `/v1/tools/${encodeURIComponent(id)}`,
    subject: id,
  });
  screen.answer(body, () => {
    const tool = readAnswer(wholeToolSchema, body);
    const remarks = [tool.readOnly ? "reads only" : "may change things", ...tool.flags];
    return renderToolCard(tool, remarks.join(", "), screen.canvas);
  });
}
