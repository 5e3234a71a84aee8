import type { Cancellation } from "../../../kernel/abort.ts";
import { sleep, type Clock } from "../../../kernel/clock.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import { encodeCall, encodeError, encodeResponse } from "../../../mcp/encode.ts";
import type { Frame } from "../../../mcp/frame.ts";
import {
  LinkError,
  type Link,
  type LinkAnswer,
  type LinkFactory,
  type LinkRequest,
} from "../../../core/upstream/index.ts";
import { httpFailure } from "../http-failure.ts";
import { createHttpOrigin, type HttpHead, type HttpRequest } from "../http-origin.ts";
import type { HttpUpstreamOptions } from "./options.ts";
import { PendingAnswer } from "./pending-answer.ts";
import { followServerStream } from "./server-stream.ts";
import { HttpWire } from "./wire.ts";

/** Makes the factory of links over Streamable HTTP, both eras. Opening does not touch the network. */
export function createStreamableHttpLinkFactory(
  options: HttpUpstreamOptions,
  deps: { readonly clock: Clock },
): LinkFactory<"streamable-http"> {
  return {
    async open(endpoint, handlers, signal) {
      signal.throwIfAborted();
      const { connectTimeoutMs, maxMessageBytes } = options;
      const limits = { connectTimeoutMs, maxBodyBytes: maxMessageBytes };
      const origin = createHttpOrigin(new URL(endpoint.url), limits);
      const { clock } = deps;
      const wire = new HttpWire(endpoint, {
        origin,
        clock,
        handlers,
        maxEventBytes: maxMessageBytes,
      });
      return new StreamableHttpLink(wire, options);
    },
  };
}

class StreamableHttpLink implements Link {
  readonly transport = "streamable-http";
  readonly pids: readonly number[] = [];
  readonly #wire: HttpWire;
  readonly #options: HttpUpstreamOptions;
  readonly #closing = new AbortController();
  readonly #pending = new Set<PendingAnswer>();
  /** Cancellations on their way. */
  readonly #cancelling = new Set<Promise<void>>();
  #disposal: Promise<void> | undefined;

  constructor(wire: HttpWire, options: HttpUpstreamOptions) {
    this.#wire = wire;
    this.#options = options;
  }

  request(message: LinkRequest, signal: Cancellation): Promise<LinkAnswer> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const refusal = this.#refusal();
      if (refusal !== undefined) return reject(refusal);
      const settled = (): void => {
        this.#pending.delete(pending);
        signal.removeEventListener("abort", onAbort);
      };
      const pending = new PendingAnswer(this.#wire, message, {
        resolve: (answer) => (settled(), resolve(answer)),
        reject: (error) => (settled(), reject(error)),
      });
      const onAbort = (): void => {
        pending.abandon(signal.reason);
        this.#cancel(message);
      };
      this.#pending.add(pending);
      signal.addEventListener("abort", onAbort, { once: true });
      pending.start();
    });
  }

  notify(message: Omit<LinkRequest, "id">): Promise<void> {
    const headers = this.#wire.postHeaders(message);
    const { method, params } = message;
    const body = encodeCall({ method, ...(params && { params }) });
    return this.#deliver({ method: "POST", path: this.#wire.path, headers, body });
  }

  respond(frame: Extract<Frame, { kind: "response" | "error" }>): Promise<void> {
    const headers = this.#wire.conversationHeaders("post");
    const isError = frame.kind === "error";
    const body = isError
      ? encodeError(frame.id, frame.error)
      : encodeResponse(frame.id, frame.result.bytes);
    return this.#deliver({ method: "POST", path: this.#wire.path, headers, body });
  }

  async listen(signal: AbortSignal): Promise<void> {
    if (!this.#wire.isLegacy) return;
    await followServerStream(this.#wire, AbortSignal.any([signal, this.#closing.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#close();
    await this.#disposal;
  }

  #refusal(): LinkError | undefined {
    if (this.#disposal !== undefined) {
      return new LinkError("closed", "the connection was closed by the gateway", {
        reached: false,
      });
    }
    if (this.#pending.size < this.#options.maxInFlight) return undefined;
    const message = `${this.#pending.size} requests are under way already, the most allowed`;
    return new LinkError("overloaded", message, { reached: false });
  }

  /** Modern servers take the closed stream as the cancellation; legacy ones want to be told. */
  #cancel(message: LinkRequest): void {
    const { revision } = message;
    if (revision === undefined || !this.#wire.isLegacy || this.#disposal !== undefined) return;
    const params = toRawJson({ requestId: message.id, reason: "the caller gave up" });
    const telling = this.notify({ method: "notifications/cancelled", params, revision })
      .catch(() => undefined)
      .finally(() => this.#cancelling.delete(telling));
    this.#cancelling.add(telling);
  }

  #deliver(request: HttpRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      let head: HttpHead | undefined;
      this.#wire.origin.send(request, {
        onHead(received) {
          head = received;
          return false;
        },
        onChunk: () => undefined,
        onEnd(body) {
          const status = head?.status ?? 0;
          if (status >= 200 && status < 300) resolve();
          else reject(httpFailure(head ?? { status, headers: {} }, body));
        },
        onError: reject,
      });
    });
  }

  async #close(): Promise<void> {
    const reason = new LinkError("closed", "the connection was closed by the gateway", {
      reached: true,
    });
    this.#closing.abort(reason);
    for (const pending of this.#pending) pending.abandon(reason);
    await this.#withinPatience(this.#takeLeave());
    await this.#wire.origin[Symbol.asyncDispose]();
  }

  /** The session ends last: after it nobody would hear of what was cancelled. */
  async #takeLeave(): Promise<void> {
    await Promise.all(this.#cancelling);
    if (!this.#wire.hasSession) return;
    const headers = this.#wire.conversationHeaders("get");
    await this.#deliver({ method: "DELETE", path: this.#wire.path, headers });
  }

  async #withinPatience(leaving: Promise<void>): Promise<void> {
    const patience = new AbortController();
    const limit = sleep(this.#wire.clock, this.#options.endSessionTimeoutMs, patience.signal);
    const settled = [leaving, limit].map((one) => one.catch(() => undefined));
    await Promise.race(settled);
    patience.abort();
  }
}
