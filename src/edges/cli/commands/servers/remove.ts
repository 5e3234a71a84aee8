import { serverSchema } from "../../../../contract/index.ts";
import { GatewayError } from "../../../../kernel/errors.ts";
import { examples } from "../../command/examples.ts";
import type { CommandContext } from "../../command/context.ts";
import type { AddCommand } from "../../command/run-command.ts";
import { ProblemError } from "../../failures/problem.ts";
import { findClient } from "../../rest/open-client.ts";
import { readAnswer, type RestClient } from "../../rest/rest-client.ts";

export const addServersRemove: AddCommand = (parent, run) =>
  parent
    .command("remove")
    .description(
      "Remove a server: from the daemon where it was added there, else from the config file.",
    )
    .argument("<server>", "id of the server")
    .addHelpText("after", examples("switchboard servers remove users"))
    .action(
      run<[id: string]>(async (context, [id]) => {
        const { host, flags, screen } = context;
        await using client = await findClient(context);
        if (client !== undefined && (await isDaemonsOwn(context, client, id))) {
          await client.ask({ method: "DELETE", path: pathOf(id), subject: id });
          screen.answer({ id, removedFrom: "daemon" }, () => `Removed ${id} from the daemon.`);
          return;
        }
        const file = await host.removeServer(flags, id);
        const follows = client === undefined ? "" : " The running daemon follows.";
        screen.answer({ id, removedFrom: file }, () => `Removed ${id} from ${file}.${follows}`);
      }),
    );

/**
 * Whether the daemon keeps the entry itself. A server that the daemon does not know may stand in the
 * config file still, unless the daemon was named by its URL: then its file is not ours.
 */
async function isDaemonsOwn(
  { flags }: CommandContext,
  client: RestClient,
  id: string,
): Promise<boolean> {
  try {
    const { body } = await client.ask({ method: "GET", path: pathOf(id), subject: id });
    if (readAnswer(serverSchema, body).source !== "file") return true;
  } catch (error) {
    const unknown = error instanceof ProblemError && error.problem?.code === "unknown-server";
    if (!unknown || flags.url !== undefined) throw error;
  }
  if (flags.url === undefined) return false;
  const message = `The server ${id} stands in the config file of the daemon at ${flags.url}.`;
  throw new GatewayError("forbidden", message, { reason: "config-file" });
}

function pathOf(id: string): string {
  return `/v1/servers/${encodeURIComponent(id)}`;
}
