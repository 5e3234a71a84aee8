import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { isOperator, type Access, type Principal } from "../access/index.ts";
import { serverOfToolId, type Catalog, type ServerId, type Tool } from "../catalog/index.ts";
import { untilSettled, type ServerStatus, type Upstreams } from "../upstream/index.ts";
import type { CallRequest } from "./call.ts";

/** What is asked of a tool that is not there. */
export interface LateToolDeps {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "tool" | "toolsOf">;
  readonly upstreams: Pick<Upstreams, "status" | "on">;
  readonly clock: Clock;
}

/** Longest wait for a server that has not told its tools yet, in milliseconds. */
const MAX_WAIT_MS = 10_000;
/** When to come back where no attempt to connect is planned, in milliseconds. */
const DEFAULT_RETRY_AFTER_MS = 1_000;

/**
 * Looks again for a tool that the catalogue does not hold, by the server that its id names: while
 * that connects for the first time the call waits, since its tools are not known yet. Gives the tool,
 * or the failure of a server that has never told its tools, or nothing when there is no such tool.
 *
 * @throws the signal's reason when it aborts first.
 */
export async function findLateTool(
  request: CallRequest,
  deps: LateToolDeps,
  signal: Cancellation,
): Promise<Tool | GatewayError | undefined> {
  const { catalog, upstreams } = deps;
  const server = serverOfToolId(request.tool);
  if (server === undefined || catalog.toolsOf(server).length > 0) return undefined;
  if (!deps.access.canUse(request.principal, { id: request.tool } as Tool)) return undefined;
  if (upstreams.status(server)?.state === "connecting") {
    const timeoutMs = Math.min(request.timeoutMs ?? MAX_WAIT_MS, MAX_WAIT_MS);
    await untilSettled(upstreams, deps.clock, { servers: [server], timeoutMs, signal });
  }
  return catalog.tool(request.tool) ?? awayFailure(server, request.principal, deps);
}

/** Why nothing can be said of the tools of a server that has never told them. */
function awayFailure(
  server: ServerId,
  principal: Principal,
  { catalog, upstreams }: Pick<LateToolDeps, "catalog" | "upstreams">,
): GatewayError | undefined {
  const status = upstreams.status(server);
  if (status === undefined || catalog.toolsOf(server).length > 0) return undefined;
  const { state } = status;
  if (state === "ready" || state === "disabled") return undefined;
  const why = reasonFor(principal, status);
  if (state === "needs-auth") {
    return new GatewayError("needs-auth", `Server ${server} needs login${why}.`, { server });
  }
  return new GatewayError("server-unavailable", `Server ${server} is ${state}${why}.`, {
    server,
    state,
    retryAfterMs: Math.round(status.retryInMs ?? DEFAULT_RETRY_AFTER_MS),
    reached: false,
  });
}

/** Where a server is and what it says on stderr is for operators; agents learn that it is away. */
function reasonFor(principal: Principal, { reason }: ServerStatus): string {
  return reason === undefined || !isOperator(principal) ? "" : `: ${reason}`;
}
