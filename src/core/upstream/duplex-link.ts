import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { encodeCall, encodeError, encodeResponse } from "../../mcp/encode.ts";
import { FrameError, parseFrames, type Frame, type RpcId } from "../../mcp/frame.ts";
import {
  LinkError,
  type Link,
  type LinkAnswer,
  type LinkHandlers,
  type LinkRequest,
} from "./link.ts";
import { createOutbox, type Outbox, type Sent } from "./outbox.ts";
import type { EndpointSpec } from "./server-spec.ts";
import { createThrottledNotice } from "./throttled-notice.ts";

/** A stream of whole messages in both directions, as a transport gives it to its duplex link. */
export interface MessageChannel {
  readonly pids: readonly number[];
  /** Hands one message to the transport. */
  write(message: Buffer, sent: Sent): void;
  /** Closes the transport in its orderly way and resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** How a duplex link is bounded. */
export interface DuplexLinkOptions {
  readonly transport: EndpointSpec["transport"];
  /** Requests under way at once. */
  readonly maxInFlight: number;
  /** Bytes that wait to be sent. */
  readonly maxBufferedBytes: number;
}

/** A link over one stream, and the doors through which its transport feeds it. */
export interface DuplexLink extends Link {
  /** Takes a message that arrived (one JSON-RPC message or a batch). */
  receive(message: Uint8Array): void;
  /** Says that the transport is gone: all requests under way fail with the reason. */
  fail(reason: LinkError): void;
}

/**
 * Makes a link that carries many requests at once over one stream (stdio, WebSocket, HTTP+SSE).
 * What is no JSON-RPC, and answers that nobody waits for, are dropped and counted in the log.
 */
export function createDuplexLink(
  options: DuplexLinkOptions,
  deps: {
    readonly channel: MessageChannel;
    readonly handlers: LinkHandlers;
    readonly clock: Clock;
    readonly log: Logger;
  },
): DuplexLink {
  return new Multiplexer(options, deps);
}

interface Pending {
  /** The transport could not send it: the server has not seen it. */
  isUnsent: boolean;
  readonly resolve: (answer: LinkAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: Cancellation;
  readonly onAbort: () => void;
}

const NOTICE_INTERVAL_MS = 10_000;
const ENDING_PATIENCE_MS = 500;

class Multiplexer implements DuplexLink {
  readonly transport: EndpointSpec["transport"];
  readonly #options: DuplexLinkOptions;
  readonly #channel: MessageChannel;
  readonly #handlers: LinkHandlers;
  readonly #outbox: Outbox;
  readonly #pending = new Map<RpcId, Pending>();
  readonly #noteGarbage: (example: string) => void;
  readonly #noteUnknown: (example: string) => void;
  readonly #clock: Clock;
  #ending: Timer | undefined;
  #closed: LinkError | undefined;
  #disposal: Promise<void> | undefined;

  constructor(options: DuplexLinkOptions, deps: Parameters<typeof createDuplexLink>[1]) {
    this.transport = options.transport;
    this.#options = options;
    this.#channel = deps.channel;
    this.#clock = deps.clock;
    this.#handlers = deps.handlers;
    this.#outbox = createOutbox(
      { maxBytes: options.maxBufferedBytes, maxWaiting: options.maxInFlight },
      (message, sent) => deps.channel.write(message, sent),
    );
    const notice = (message: string): ((example: string) => void) =>
      createThrottledNotice(
        { intervalMs: NOTICE_INTERVAL_MS },
        { clock: deps.clock, say: (count, example) => deps.log.warn({ count, example }, message) },
      );
    this.#noteGarbage = notice("The server sent something that is no JSON-RPC message.");
    this.#noteUnknown = notice("The server answered a request that is not under way.");
  }

  get pids(): readonly number[] {
    return this.#closed === undefined ? this.#channel.pids : [];
  }

  request(message: LinkRequest, signal: Cancellation): Promise<LinkAnswer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const refusal = this.#closed ?? this.#fullness();
      if (refusal !== undefined) return reject(refusal);
      const encoded = encodeCall(message);
      let withdraw: (() => boolean) | undefined;
      const onAbort = (): void => {
        this.#pending.delete(message.id);
        reject(signal.reason);
        if (withdraw?.() !== true) this.#cancel(message);
      };
      const pending = { isUnsent: false, resolve, reject, signal, onAbort };
      this.#pending.set(message.id, pending);
      signal.addEventListener("abort", onAbort, { once: true });
      withdraw = this.#outbox.send(encoded, (error) => {
        if (error !== undefined) this.#refused(message.id, error);
      });
    });
  }

  notify(message: Omit<LinkRequest, "id">): Promise<void> {
    return this.#send(encodeCall({ method: message.method, ...paramsOf(message) }));
  }

  respond(frame: Extract<Frame, { kind: "response" | "error" }>): Promise<void> {
    if (frame.kind === "error") return this.#send(encodeError(frame.id, frame.error));
    return this.#send(encodeResponse(frame.id, frame.result.bytes));
  }

  listen(): Promise<void> {
    return Promise.resolve();
  }

  receive(message: Uint8Array): void {
    if (this.#closed !== undefined) return;
    let frames: Frame[];
    try {
      frames = parseFrames(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const start = message.subarray(0, 120);
      return this.#noteGarbage(Buffer.from(start).toString("latin1"));
    }
    for (const frame of frames) this.#dispatch(frame);
  }

  fail(reason: LinkError): void {
    if (this.#closed !== undefined) return;
    this.#close(reason);
    this.#handlers.onClose(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(
      new LinkError("closed", "the connection was closed by the gateway", { reached: true }),
    );
    this.#disposal ??= this.#channel.close();
    await this.#disposal;
  }

  #dispatch(frame: Frame): void {
    if (frame.kind === "request" || frame.kind === "notification") {
      return this.#handlers.onMessage(frame, undefined);
    }
    const pending = frame.id === null ? undefined : this.#take(readId(frame.id));
    if (pending === undefined) return this.#noteUnknown(`id ${JSON.stringify(frame.id)}`);
    pending.resolve({ frame });
  }

  /**
   * A transport that cannot send is about to say that it is gone, and why: the request waits for
   * that, so that it fails with the better reason, when the loss is known.
   */
  #refused(id: RpcId, error: LinkError): void {
    const pending = this.#pending.get(id);
    const isEnding = error.kind === "closed" && !error.reached && this.#closed === undefined;
    if (pending === undefined || !isEnding) return this.#take(id)?.reject(error);
    pending.isUnsent = true;
    this.#ending ??= this.#clock.after(ENDING_PATIENCE_MS, () => this.fail(error));
  }

  #take(id: RpcId): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.signal.removeEventListener("abort", pending.onAbort);
    return pending;
  }

  #fullness(): LinkError | undefined {
    if (this.#pending.size < this.#options.maxInFlight) return undefined;
    const message = `${this.#pending.size} requests are under way already, the most allowed`;
    return new LinkError("overloaded", message, { reached: false });
  }

  /** Cancelling `initialize` is forbidden. */
  #cancel(message: LinkRequest): void {
    if (message.method === "initialize" || this.#closed !== undefined) return;
    const params = toRawJson({ requestId: message.id, reason: "the caller gave up" });
    this.#send(encodeCall({ method: "notifications/cancelled", params })).catch(() => undefined);
  }

  #send(encoded: Buffer): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#outbox.send(encoded, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  #close(reason: LinkError): void {
    if (this.#closed !== undefined) return;
    this.#closed = new LinkError("closed", reason.message, { reached: false, cause: reason });
    this.#ending?.[Symbol.dispose]();
    this.#outbox.close(this.#closed);
    for (const id of this.#pending.keys()) {
      const pending = this.#take(id);
      pending?.reject(pending.isUnsent ? this.#closed : reason);
    }
  }
}

function paramsOf(message: Omit<LinkRequest, "id">): Pick<LinkRequest, "params"> {
  return message.params === undefined ? {} : { params: message.params };
}

/** Our ids are integers; some servers give them back as text. */
function readId(id: RpcId): RpcId {
  return typeof id === "string" && /^\d{1,15}$/.test(id) ? Number(id) : id;
}
