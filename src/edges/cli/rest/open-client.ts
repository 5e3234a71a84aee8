import { GatewayError } from "../../../kernel/errors.ts";
import type { CommandContext } from "../command/context.ts";
import { singleLine } from "../text/safe-text.ts";
import { createRestClient, type RestClient } from "./rest-client.ts";

/**
 * The daemon that runs, or a gateway of this process; opening the latter waits for its servers.
 * Dispose it.
 * @throws GatewayError `daemon-unreachable` when there is no daemon, and no config to make one of.
 */
export async function openGatewayClient(context: CommandContext): Promise<RestClient> {
  const found = await findClient(context);
  if (found !== undefined) return found;
  const { host, flags, screen, signal } = context;
  const file = await host.configFile(flags);
  if (file === undefined) throw nothingToServe();
  if (screen.watched) {
    const said = `No daemon runs: starting the servers of ${singleLine(file)} for this command.`;
    screen.note(screen.errorCanvas.style("dim", said));
  }
  using line = screen.progress("Starting the servers");
  const transport = await host.openGateway(flags, (settled, total) =>
    line.update(`Starting the servers: ${settled} of ${total} are done`),
  );
  return createRestClient(transport, signal);
}

/**
 * The daemon that runs. Dispose it.
 * @throws GatewayError `daemon-unreachable` when there is none.
 */
export async function openDaemonClient(context: CommandContext): Promise<RestClient> {
  const found = await findClient(context);
  if (found !== undefined) return found;
  throw new GatewayError("daemon-unreachable", "No daemon is running.", {
    url: context.flags.url ?? "",
  });
}

function nothingToServe(): GatewayError {
  const message = "No daemon runs and no config file was found: there are no servers.";
  return new GatewayError("daemon-unreachable", message, { url: "", reason: "no-config" });
}

/** The daemon that runs, if one does. Dispose it. */
export async function findClient(context: CommandContext): Promise<RestClient | undefined> {
  const { host, flags, signal } = context;
  const transport = await host.findDaemon(flags);
  return transport === undefined ? undefined : createRestClient(transport, signal);
}
