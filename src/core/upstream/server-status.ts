import type { Connection } from "./connection.ts";
import { endpointTarget } from "./endpoint-target.ts";
import type { ServerSpec } from "./server-spec.ts";
import type { StateBoard } from "./state-board.ts";
import type { ServerStatus } from "./upstreams.ts";

/** Puts a server's status together; the first connection speaks for the others. */
export function describeStatus(facts: {
  readonly spec: ServerSpec;
  readonly board: StateBoard;
  readonly connections: readonly Connection[];
  readonly tools: number;
  readonly reconnects: number;
  readonly retryInMs: number | undefined;
  readonly stderrTail: readonly string[];
}): ServerStatus {
  const { spec, board, connections, retryInMs, stderrTail } = facts;
  const [connection] = connections;
  const endpoint = connection?.endpoint ?? spec.endpoints[0];
  return {
    id: spec.id,
    state: board.state,
    ...(board.reason !== undefined && { reason: board.reason }),
    since: board.since,
    transport: endpoint?.transport ?? "none",
    target: endpoint === undefined ? "(no endpoint)" : endpointTarget(endpoint),
    ...(connection && identityOf(connection)),
    tools: facts.tools,
    reconnects: facts.reconnects,
    ...(retryInMs !== undefined && { retryInMs: Math.max(0, Math.round(retryInMs)) }),
    connections: connections.length,
    pids: connections.flatMap(({ pids }) => pids),
    ...(stderrTail.length > 0 && { stderrTail }),
  };
}

function identityOf({
  negotiated,
}: Connection): Pick<ServerStatus, "era" | "revision" | "serverInfo"> {
  const { codec, identity } = negotiated;
  const { name, version = "" } = identity;
  return {
    era: codec.era,
    revision: codec.revision,
    ...(name !== undefined && { serverInfo: { name, version } }),
  };
}
