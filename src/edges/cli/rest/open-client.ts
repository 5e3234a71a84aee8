import { GatewayError } from "../../../kernel/errors.ts";
import type { CommandContext } from "../command/context.ts";
import { createRestClient, type RestClient } from "./rest-client.ts";

/**
 * The daemon that runs, or a gateway of this process; opening the latter waits for its servers.
 * Dispose it.
 */
export async function openGatewayClient(context: CommandContext): Promise<RestClient> {
  const found = await findClient(context);
  if (found !== undefined) return found;
  const { host, flags, screen, signal } = context;
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

/** The daemon that runs, if one does. Dispose it. */
export async function findClient(context: CommandContext): Promise<RestClient | undefined> {
  const { host, flags, signal } = context;
  const transport = await host.findDaemon(flags);
  return transport === undefined ? undefined : createRestClient(transport, signal);
}
