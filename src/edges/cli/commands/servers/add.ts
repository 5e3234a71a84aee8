import { addServerSchema, readInput, serverSchema } from "../../../../contract/index.ts";
import { GatewayError } from "../../../../kernel/errors.ts";
import type { CommandContext } from "../../command/context.ts";
import { examples } from "../../command/examples.ts";
import { gather, gatherPairs } from "../../command/option-values.ts";
import type { AddCommand } from "../../command/run-command.ts";
import type { ConfiguredServer } from "../../host.ts";
import { findClient } from "../../rest/open-client.ts";
import { readAnswer, type RestClient } from "../../rest/rest-client.ts";
import { describeServer } from "../../views/servers-view.ts";
import { toEntry, type EntryOptions } from "./entry-options.ts";

export const addServersAdd: AddCommand = (parent, run) =>
  parent
    .command("add")
    .description(
      "Add a server. One behind a URL goes to the running daemon; one that is a command, or where " +
        "no daemon runs, into the config file.",
    )
    .argument("<id>", "id for the server: the first part of its tools' ids")
    .argument("[command...]", "behind --: the program to start, and its arguments")
    .option("--url <url>", "where the server is: http(s):// or ws(s)://")
    .option("--header <key=value>", "sent with every request; may be repeated", gatherPairs)
    .option("--env <key=value>", "environment of the program; may be repeated", gatherPairs)
    .option("--cwd <folder>", "folder to start the program in")
    .option("--description <text>", "what the server is for; searches use it")
    .option("--tag <tag>", "tag to find it by; may be repeated", gather)
    .addHelpText(
      "after",
      examples(
        "switchboard servers add users --url ws://127.0.0.1:8711",
        "switchboard servers add docs --url https://mcp.example.org --header 'Authorization=Bearer …'",
        "switchboard servers add files -- npx -y @modelcontextprotocol/server-filesystem .",
        "switchboard --url http://gateway:8700 servers add users --url ws://users:8711",
      ),
    )
    .action(
      run<[id: string, words: readonly string[]], EntryOptions>(
        async (context, [id, words], options) => {
          const server: ConfiguredServer = { id, entry: toEntry(words, options) };
          readInput(addServerSchema, { ...server.entry, id });
          await using client = await findClient(context);
          const goesToDaemon = words.length === 0 || context.flags.url !== undefined;
          if (client !== undefined && goesToDaemon)
            return await addToDaemon(context, client, server);
          return await addToFile(context, server, client !== undefined);
        },
      ),
    );

async function addToDaemon(
  { screen }: CommandContext,
  client: RestClient,
  { id, entry }: ConfiguredServer,
): Promise<void> {
  using line = screen.progress(`Connecting ${id}`);
  const { body } = await client.ask({
    method: "POST",
    path: "/v1/servers",
    body: JSON.stringify({ id, ...entry }),
    subject: id,
  });
  line[Symbol.dispose]();
  screen.answer(body, () => `Added. ${describeServer(readAnswer(serverSchema, body))}`);
}

async function addToFile(
  { host, flags, screen }: CommandContext,
  server: ConfiguredServer,
  running: boolean,
): Promise<void> {
  const { id } = server;
  const configured = await host.configuredServers(flags);
  if (configured.some((known) => known.id === id)) {
    const message = `The config file has a server ${id} already.`;
    throw new GatewayError("server-exists", message, { server: id });
  }
  const file = await host.writeServers(flags, [server]);
  const follows = running ? "The running daemon follows." : "It will be there when it is served.";
  screen.answer({ id, file }, () => `Added ${id} to ${file}. ${follows}`);
}
