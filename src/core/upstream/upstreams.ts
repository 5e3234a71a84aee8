import type { Cancellation } from "../../kernel/abort.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Era, Revision } from "../../mcp/revisions.ts";
import type { Principal } from "../access/index.ts";
import type { ServerId } from "../catalog/index.ts";
import type { ServerSpec } from "./server-spec.ts";

export type ServerState =
  | "connecting"
  | "ready"
  | "degraded"
  | "disconnected"
  | "needs-auth"
  | "disabled";

/** How a server is doing, for `/v1/servers`, `status` and metrics. */
export interface ServerStatus {
  readonly id: ServerId;
  readonly state: ServerState;
  /** Why it is not ready, in words an operator can act on; never a secret. */
  readonly reason?: string;
  /** When the state began, milliseconds since the epoch. */
  readonly since: number;
  readonly transport: string;
  /** The URL without credentials, or the command. */
  readonly target: string;
  readonly era?: Era;
  readonly revision?: Revision;
  readonly serverInfo?: { readonly name: string; readonly version: string };
  readonly tools: number;
  readonly reconnects: number;
  /** Milliseconds until the next attempt, when one is planned. */
  readonly retryInMs?: number;
  readonly connections: number;
  readonly pids: readonly number[];
  /** The last lines of a child's stderr, bounded, secrets redacted. */
  readonly stderrTail?: readonly string[];
}

/** Who a call is made for: decides which connection may carry it. */
export interface CallScope {
  readonly principal: Principal;
  /** The downstream session, where there is one. */
  readonly session?: string;
}

/** The tools that a plan and the plans inside it have called so far. */
export interface PlanTrail {
  readonly tools: ReadonlySet<string>;
  add(tool: string): void;
}

/** The part of a plan that asks for a call. */
export interface CallOrigin {
  /** Empty, as the step, for the plan of a composite tool that was called outside of any plan. */
  readonly plan: string;
  readonly step: string;
  /** The composite tools that the plan runs inside, outermost first: bounds nesting, refuses recursion. */
  readonly within: readonly string[];
  /** Shared by the outermost plan and all plans inside it. */
  readonly trail: PlanTrail;
  /**
   * Told when the call is left while the plan behind its tool still has to end, with what that will
   * answer: it may be undoing what it did, and whoever asked must not go on before.
   */
  readonly onLeft?: (answer: Promise<UpstreamAnswer>) => void;
}

/** A progress notification of the upstream: its params as they came, token left out. */
export type ProgressListener = (params: RawJson) => void;

/** One tools/call towards a server. */
export interface UpstreamRequest {
  readonly server: ServerId;
  readonly tool: string;
  /** The arguments object, relayed unchanged. */
  readonly arguments: RawJson;
  /** The caller's `_meta` object, relayed (the gateway's own keys are added). */
  readonly meta?: RawJson;
  /** Modern only: answers to an earlier `input_required`. */
  readonly inputResponses?: RawJson;
  readonly requestState?: string;
  /** Whether sending twice does no harm: only then is a lost session's call replayed. */
  readonly safe: boolean;
  readonly scope: CallScope;
  readonly onProgress?: ProgressListener;
  /** 32 lower-case hex digits of the trace that the call belongs to; never sent to a server. */
  readonly traceId?: string;
  /** Set when a plan asks; never sent to a server. */
  readonly origin?: CallOrigin;
  /** Where the asker counts tries at the server, this one included; one more is added for a replay. */
  readonly tries?: { attempts: number };
}

/** What the server said: the `result` member's bytes. */
export interface UpstreamAnswer {
  readonly kind: "result" | "input_required";
  readonly body: RawJson;
}

/**
 * Told once per change of state or of a tool list, and as often as a server says that what it holds
 * has changed.
 */
export interface UpstreamEvents {
  readonly state: ServerStatus;
  readonly tools: { readonly server: ServerId; readonly count: number };
  readonly changed: { readonly server: ServerId };
}

/**
 * The supervised connections to all servers.
 *
 * A server's trouble is its own: nothing here waits for a server other than the one asked for.
 */
export interface Upstreams extends AsyncDisposable {
  statuses(): readonly ServerStatus[];
  status(server: ServerId): ServerStatus | undefined;
  spec(server: ServerId): ServerSpec | undefined;
  /**
   * Calls a tool over the connection that the scope may use, connecting first where needed.
   *
   * @throws GatewayError `server-unavailable` (with `reached`: whether the server may have seen the
   *   call), `needs-auth`, `deadline-exceeded`, `upstream-protocol`, `unknown-server`, or the
   *   signal's reason when it aborts first (the upstream is then told to cancel).
   */
  call(request: UpstreamRequest, signal: Cancellation): Promise<UpstreamAnswer>;
  /** Makes the set of servers equal to `specs`: starts, restarts what changed, stops the rest. */
  reconcile(specs: readonly ServerSpec[]): Promise<void>;
  /** Closes and opens a server's connections anew, now. Resolves when it is ready or has failed. */
  reconnect(server: ServerId, signal: AbortSignal): Promise<ServerStatus>;
  on<Name extends keyof UpstreamEvents>(
    name: Name,
    listener: (event: UpstreamEvents[Name]) => void,
  ): Disposable;
}
