import type { Cancellation } from "../../kernel/abort.ts";
import type { Frame, RpcId } from "../../mcp/frame.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Revision } from "../../mcp/revisions.ts";
import type { EndpointSpec } from "./server-spec.ts";

/** A JSON-RPC call towards an upstream, with what some transports mirror in headers. */
export interface LinkRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly params?: RawJson;
  /** The negotiated revision; absent while the era is being probed with `initialize`. */
  readonly revision?: Revision;
  /** Modern only: the tool, prompt or resource named, for `Mcp-Name`. */
  readonly name?: string;
  /** Modern only: `Mcp-Param-…` lines, name and value by turns. */
  readonly paramHeaders?: readonly string[];
}

/** An answer: the JSON-RPC response or error frame, and its HTTP status where there was one. */
export interface LinkAnswer {
  readonly frame: Extract<Frame, { kind: "response" | "error" }>;
  readonly httpStatus?: number;
}

/** Messages an upstream sends of its own accord; those that belong to a request come with its id. */
export interface LinkHandlers {
  onMessage(
    frame: Extract<Frame, { kind: "request" | "notification" }>,
    request: RpcId | undefined,
  ): void;
  /** Says once that the link is gone and why; never after a wanted dispose. */
  onClose(reason: Error): void;
  /** A line of a child's stderr (without newline, ≤ 8 KiB). */
  onStderr?(line: string): void;
}

/**
 * One open way to an upstream, whatever the transport; carries many requests at once.
 * Rejections are `LinkError`s; an abort cancels the request at the upstream in the transport's way
 * (`notifications/cancelled`, or closing the HTTP stream) and rejects with the signal's reason.
 */
export interface Link extends AsyncDisposable {
  readonly transport: EndpointSpec["transport"];
  /** Processes started for this link. */
  readonly pids: readonly number[];
  request(message: LinkRequest, signal: Cancellation): Promise<LinkAnswer>;
  notify(message: Omit<LinkRequest, "id">): Promise<void>;
  /** Answers a request of the upstream. */
  respond(frame: Extract<Frame, { kind: "response" | "error" }>): Promise<void>;
  /**
   * Legacy HTTP: keeps the GET stream for messages outside of requests open until the signal aborts;
   * resolves early where the server offers none. Elsewhere it does nothing.
   * @throws LinkError `session-expired` or `unauthorised`.
   */
  listen(signal: AbortSignal): Promise<void>;
}

/** Opens links; one adapter per transport. */
export interface LinkFactory<Transport extends EndpointSpec["transport"]> {
  open(
    endpoint: EndpointSpec & { readonly transport: Transport },
    handlers: LinkHandlers,
    signal: AbortSignal,
  ): Promise<Link>;
}

/** What went wrong on a link. `reached` says whether the upstream may have seen the request. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly kind:
    | "connect"
    | "closed"
    | "session-expired"
    | "unauthorised"
    | "protocol"
    | "overloaded";
  readonly reached: boolean;
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: LinkError["kind"],
    message: string,
    facts: { reached: boolean; httpStatus?: number; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.reached = facts.reached;
    this.httpStatus = facts.httpStatus;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
