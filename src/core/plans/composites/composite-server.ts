import type { Cancellation } from "../../../kernel/abort.ts";
import type {
  ServerSpec,
  ServerStatus,
  UpstreamAnswer,
  UpstreamRequest,
} from "../../upstream/index.ts";
import type { PlansOptions } from "../options.ts";
import { UNDOING_TIMEOUT_MS } from "../run/compensation.ts";
import { createCompositeRunner, type CompositeRunnerDeps } from "./composite-runner.ts";
import { unknownComposite, type CompositeSet } from "./composite-set.ts";
import { SERVER, SERVER_DESCRIPTION, type CompositeTools } from "./composite-tools.ts";

/** What stands behind the tools of the server id `composites`, as upstreams have it for a real server. */
export interface CompositeServer {
  /** Runs the plan of a composite tool as a `tools/call`. @throws as `Upstreams.call`. */
  call(request: UpstreamRequest, signal: Cancellation): Promise<UpstreamAnswer>;
  /** `undefined` while there are no composites. */
  spec(): ServerSpec | undefined;
  /** Ready, whatever its plans need; `undefined` while there are no composites. */
  status(): ServerStatus | undefined;
}

export interface CompositeServerDeps extends CompositeRunnerDeps {
  readonly set: CompositeSet;
  readonly tools: Pick<CompositeTools, "idOf">;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Makes the server of the composites in `set`. */
export function createCompositeServer(
  options: Pick<PlansOptions, "maxDepth" | "timeoutMs">,
  deps: CompositeServerDeps,
): CompositeServer {
  const { set, tools, since } = deps;
  const run = createCompositeRunner(options, deps);
  const spec = compositeSpec(options.timeoutMs);
  return {
    async call(request, signal) {
      const composite = set.get(request.tool);
      if (composite === undefined) {
        const names = set.all().map(({ name }) => name);
        throw unknownComposite(request.tool, names);
      }
      return run({ composite, tool: tools.idOf(composite.name), request }, signal);
    },
    spec: () => (set.size === 0 ? undefined : spec),
    status: () => (set.size === 0 ? undefined : compositeStatus(set.size, since)),
  };
}

/** Time beyond a plan's own limit and its undoing's, for what ends both, in milliseconds. */
const ENDING_MS = 30_000;

/**
 * The terms of calls to composite tools, as a server would have them. Nothing here holds a call back:
 * a plan has its own limits, and one that waits for another must not take its place. Answers are shared
 * within a session only, since the servers behind may keep sessions apart.
 */
function compositeSpec(planTimeoutMs: number): ServerSpec {
  const timeoutMs = planTimeoutMs + UNDOING_TIMEOUT_MS + ENDING_MS;
  return {
    id: SERVER,
    endpoints: [],
    disabled: false,
    description: SERVER_DESCRIPTION,
    tags: [],
    tools: { allow: [], deny: [] },
    isolation: "session",
    startupTimeoutMs: 0,
    timeoutMs,
    extendOnProgress: false,
    maxTimeoutMs: timeoutMs,
    idleStopMs: 0,
    maxConcurrency: Number.MAX_SAFE_INTEGER,
    maxQueue: Number.MAX_SAFE_INTEGER,
    source: "file",
  };
}

/** Its state: there is nothing that could be away. */
function compositeStatus(tools: number, since: number): ServerStatus {
  return {
    id: SERVER,
    state: "ready",
    since,
    transport: "plan",
    target: "plans of the gateway",
    tools,
    reconnects: 0,
    connections: 0,
    pids: [],
  };
}
