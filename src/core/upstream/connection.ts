import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { JsonValue } from "../../kernel/json.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { ToolCallParts } from "../../mcp/client-codec.ts";
import type { RpcError } from "../../mcp/frame.ts";
import { MODERN_ONLY_CODES, RPC } from "../../mcp/rpc-codes.ts";
import { startCallDeadline, type CallLimits } from "./call-deadline.ts";
import type { Negotiated } from "./handshake.ts";
import type { Inbox } from "./inbox.ts";
import { LinkError, type Link, type LinkAnswer } from "./link.ts";
import type { LaunchedProcess } from "./process-launcher.ts";
import type { RequestIds } from "./request-ids.ts";
import { RpcFailure } from "./rpc-failure.ts";
import type { EndpointSpec } from "./server-spec.ts";
import type { ProgressListener, UpstreamAnswer } from "./upstreams.ts";

/** What a connection is made of, once the conversation is open. */
export interface ConnectionParts {
  readonly endpoint: EndpointSpec;
  /** The endpoint's place in the server's list; 0 is preferred. */
  readonly endpointIndex: number;
  readonly link: Link;
  readonly inbox: Inbox;
  readonly ids: RequestIds;
  readonly negotiated: Negotiated;
  /** The process behind a URL, where the gateway started it. */
  readonly process?: LaunchedProcess;
  /** The place in the budget of connections. */
  readonly lease: Disposable;
  readonly clock: Clock;
}

/** A tool call as a connection takes it. */
export interface ConnectionCall {
  readonly parts: Omit<ToolCallParts, "progressToken">;
  readonly limits: CallLimits;
  readonly paramHeaders: readonly string[];
  readonly onProgress: ProgressListener | undefined;
}

/** An open conversation with a server. Once lost it is of no further use. */
export interface Connection extends AsyncDisposable {
  readonly endpoint: EndpointSpec;
  readonly endpointIndex: number;
  readonly negotiated: Negotiated;
  readonly pids: readonly number[];
  /** Calls under way. */
  readonly inFlight: number;
  /** When it was last called, or opened, on the monotonic clock. */
  readonly lastUsedAt: number;
  /** Why it is of no further use. */
  readonly lost: LinkError | undefined;
  /** Hears once, at once if it has happened, that the connection was lost; not of a dispose. */
  onLost(listener: (reason: LinkError) => void): void;
  onToolsChanged(listener: () => void): void;
  /** @throws RpcFailure, LinkError, or the signal's reason. */
  call(call: ConnectionCall, signal: Cancellation): Promise<UpstreamAnswer>;
  /** Sends any other request. @throws as `call`. */
  request(
    method: string,
    members: Readonly<Record<string, JsonValue>> | undefined,
    signal: AbortSignal,
  ): Promise<RawJson>;
  /** Listens for messages outside of requests, where the transport has a stream for them. */
  listen(signal: AbortSignal): Promise<void>;
  /** Resolves when no call is under way, or after `timeoutMs`. */
  drained(timeoutMs: number): Promise<void>;
}

/** Takes up a link whose conversation is open. */
export function createConnection(parts: ConnectionParts): Connection {
  return new OpenConnection(parts);
}

class OpenConnection implements Connection {
  readonly endpoint: EndpointSpec;
  readonly endpointIndex: number;
  readonly negotiated: Negotiated;
  readonly #parts: ConnectionParts;
  readonly #idleListeners: (() => void)[] = [];
  #lostListener: ((reason: LinkError) => void) | undefined;
  #disposal: Promise<void> | undefined;
  inFlight = 0;
  lastUsedAt: number;
  lost: LinkError | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.endpoint = parts.endpoint;
    this.endpointIndex = parts.endpointIndex;
    this.negotiated = parts.negotiated;
    this.lastUsedAt = parts.clock.monotonic();
    parts.inbox.onClose((reason) => this.#lose(toLinkError(reason)));
  }

  get pids(): readonly number[] {
    const { link, process } = this.#parts;
    if (this.#disposal !== undefined) return [];
    return process === undefined ? link.pids : [process.pid, ...link.pids];
  }

  onLost(listener: (reason: LinkError) => void): void {
    this.#lostListener = listener;
    if (this.lost !== undefined) listener(this.lost);
  }

  onToolsChanged(listener: () => void): void {
    this.#parts.inbox.onToolsChanged = listener;
  }

  async call(call: ConnectionCall, signal: Cancellation): Promise<UpstreamAnswer> {
    const { inbox, ids, clock, negotiated } = this.#parts;
    const id = ids.next();
    const deadline = startCallDeadline(call.limits, clock, signal);
    const wantsProgress = call.onProgress !== undefined || call.limits.extendOnProgress;
    if (wantsProgress) {
      inbox.progress.set(id, (params) => {
        deadline.extend();
        call.onProgress?.(params);
      });
    }
    const params = negotiated.codec.toolCall(
      wantsProgress ? { ...call.parts, progressToken: id } : call.parts,
    );
    this.inFlight += 1;
    try {
      const answer = await this.#send({ id, params, call }, deadline);
      const result = this.#resultOf(answer);
      return { kind: this.#kindOf(result), body: result };
    } finally {
      this.#finished(id);
      deadline[Symbol.dispose]();
    }
  }

  async request(
    method: string,
    members: Readonly<Record<string, JsonValue>> | undefined,
    signal: AbortSignal,
  ): Promise<RawJson> {
    const { codec } = this.negotiated;
    const params = codec.params(members);
    const message = { id: this.#parts.ids.next(), method, revision: codec.revision };
    const sending = this.#parts.link.request({ ...message, ...(params && { params }) }, signal);
    return this.#resultOf(await this.#watch(sending));
  }

  async listen(signal: AbortSignal): Promise<void> {
    await this.#watch(this.#parts.link.listen(signal));
  }

  async drained(timeoutMs: number): Promise<void> {
    if (this.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.after(timeoutMs, resolve);
      this.#idleListeners.push(() => {
        timer[Symbol.dispose]();
        resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#release();
    await this.#disposal;
  }

  #send(
    request: { id: number; params: RawJson; call: ConnectionCall },
    signal: Cancellation,
  ): Promise<LinkAnswer> {
    const { name } = request.call.parts;
    const { paramHeaders } = request.call;
    const sending = this.#parts.link.request(
      {
        id: request.id,
        method: "tools/call",
        params: request.params,
        revision: this.negotiated.codec.revision,
        name,
        ...(paramHeaders.length > 0 && { paramHeaders }),
      },
      signal,
    );
    return this.#watch(sending);
  }

  /** Over HTTP nothing but a failed request tells that the server or the session is gone. */
  async #watch<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof LinkError && endsConnection(error)) this.#lose(error);
      throw error;
    }
  }

  #resultOf({ frame }: LinkAnswer): RawJson {
    if (frame.kind === "error") throw this.#rpcFailure(frame.error);
    if (frame.result.bytes[0] === 0x7b) return frame.result;
    throw new LinkError("protocol", "the result is not an object", { reached: true });
  }

  #kindOf(result: RawJson): UpstreamAnswer["kind"] {
    try {
      return this.negotiated.codec.isInputRequired(result) ? "input_required" : "result";
    } catch (error) {
      const message = `the result cannot be read: ${(error as Error).message}`;
      throw new LinkError("protocol", message, { reached: true, cause: error });
    }
  }

  /** A server that answers with the other era's errors was replaced: open a conversation anew. */
  #rpcFailure(error: RpcError): Error {
    const isLegacy = this.negotiated.codec.era === "legacy";
    const hasOtherEra = isLegacy
      ? MODERN_ONLY_CODES.has(error.code)
      : error.code === RPC.unsupportedProtocolVersion;
    if (!hasOtherEra) return new RpcFailure(error);
    const message = `the server has changed its protocol revision: ${error.message}`;
    const failure = new LinkError("session-expired", message, { reached: false });
    this.#lose(failure);
    return failure;
  }

  #finished(id: number): void {
    this.#parts.inbox.progress.delete(id);
    this.lastUsedAt = this.#parts.clock.monotonic();
    this.inFlight -= 1;
    if (this.inFlight > 0) return;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  #lose(reason: LinkError): void {
    if (this.lost !== undefined || this.#disposal !== undefined) return;
    this.lost = reason;
    this.#lostListener?.(reason);
  }

  async #release(): Promise<void> {
    const { link, process, lease } = this.#parts;
    try {
      await link[Symbol.asyncDispose]();
      await process?.[Symbol.asyncDispose]();
    } finally {
      lease[Symbol.dispose]();
    }
  }
}

function endsConnection(error: LinkError): boolean {
  if (error.kind === "connect" || error.kind === "session-expired") return true;
  return error.kind === "unauthorised" && error.httpStatus === 401;
}

function toLinkError(reason: Error): LinkError {
  if (reason instanceof LinkError) return reason;
  return new LinkError("closed", reason.message, { reached: true, cause: reason });
}
