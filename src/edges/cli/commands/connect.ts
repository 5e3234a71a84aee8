import { resolve } from "node:path";
import { Argument } from "commander";
import {
  CLIENTS,
  createClientEntry,
  OWN_NAME,
  type Access,
  type Client,
  type ClientEntry,
} from "../clients/client-entry.ts";
import { insertEntry } from "../clients/insert-entry.ts";
import type { CommandContext } from "../command/context.ts";
import { examples } from "../command/examples.ts";
import type { AddCommand } from "../command/run-command.ts";
import { findClient } from "../rest/open-client.ts";

interface ConnectOptions {
  readonly write?: boolean;
}

export const addConnect: AddCommand = (parent, run) =>
  parent
    .command("connect")
    .description(
      "Print what a client needs to use Switchboard: the running daemon's URL, else the command " +
        "that it should start.",
    )
    .addArgument(new Argument("<client>", "the client").choices(CLIENTS))
    .option("--write", "enter it in the client's config, keeping what is there and a copy of it")
    .addHelpText(
      "after",
      examples("switchboard connect claude-code", "switchboard connect cursor --write"),
    )
    .action(
      run<[client: Client], ConnectOptions>(async (context, [client], { write = false }) => {
        const { host, screen } = context;
        const access = await accessFor(context);
        const added = createClientEntry(client, access);
        const { path, text } = await host.clientConfig(client);
        const block = { [added.section]: { [OWN_NAME]: added.entry } };
        if (!write) {
          screen.answer({ client, path, config: block, written: false }, () =>
            JSON.stringify(block, null, 2),
          );
          screen.note(`Put this into ${path}, or let connect ${client} --write do it.`);
        } else {
          const done = await writeEntry(context, { path, text, added });
          screen.answer({ client, path, config: block, ...done }, () =>
            describeWritten(path, done),
          );
        }
        if ("url" in access) screen.note("Where the daemon wants a key, add it as a header there.");
      }),
    );

async function accessFor(context: CommandContext): Promise<Access> {
  const { host, flags } = context;
  await using client = await findClient(context);
  if (client !== undefined) return { url: `${client.target.replace(/\/+$/, "")}/mcp` };
  const { command, args } = host.launch;
  // Clients start the command in folders of their own: the file must be named.
  const file = await host.configFile(flags);
  const config = file === undefined ? [] : ["--config", resolve(file)];
  return { command, args: [...args, "stdio", ...config] };
}

interface Written {
  readonly written: boolean;
  readonly backup?: string;
}

async function writeEntry(
  { host }: CommandContext,
  to: { readonly path: string; readonly text: string | undefined; readonly added: ClientEntry },
): Promise<Written> {
  const { path, text, added } = to;
  const after = insertEntry(text, added);
  if (after === text) return { written: false };
  const backup = `${path}.before-switchboard`;
  if (text !== undefined) await host.writeFile(backup, text);
  await host.writeFile(path, after);
  return { written: true, ...(text === undefined ? {} : { backup }) };
}

function describeWritten(path: string, { written, backup }: Written): string {
  if (!written) return `${path} says so already.`;
  const kept = backup === undefined ? "" : ` What was there is kept in ${backup}.`;
  return `Wrote ${path}.${kept} Restart the client to use it.`;
}
