import { Pool, type Dispatcher } from "undici";
import { LinkError } from "../../core/upstream/index.ts";

/** A request to one origin; headers are names and values by turns. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: Uint8Array;
}

export interface HttpHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Takes an answer as it comes: the head, then chunks or the collected body, or a failure. */
export interface HttpSink {
  /** Whether the body's chunks are wanted as they arrive; else it is collected for `onEnd`. */
  onHead(head: HttpHead): boolean;
  onChunk(chunk: Buffer): void;
  /** The answer is complete; the body is empty where its chunks were wanted. */
  onEnd(body: Buffer): void;
  onError(error: LinkError): void;
}

/** Connections to one origin, kept alive between requests. Disposing closes them all. */
export interface HttpOrigin extends AsyncDisposable {
  /** Sends a request; the function given back ends it, after which the sink hears nothing more. */
  send(request: HttpRequest, sink: HttpSink): () => void;
}

export interface HttpOriginOptions {
  /** How long opening a TCP and TLS connection may take, in ms. */
  readonly connectTimeoutMs: number;
  /** Largest body that is collected, in bytes. */
  readonly maxBodyBytes: number;
}

/** Opens a pool of connections to a URL's origin. Time limits are the callers' business. */
export function createHttpOrigin(url: URL, options: HttpOriginOptions): HttpOrigin {
  const pool = new Pool(url.origin, {
    connections: null,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: options.connectTimeoutMs },
  });
  return {
    send(request, sink) {
      const exchange = new Exchange(sink, { maxBodyBytes: options.maxBodyBytes, host: url.host });
      try {
        pool.dispatch(dispatchOptions(request), exchange);
      } catch (error) {
        exchange.onResponseError(undefined, error as Error);
      }
      return () => exchange.end();
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function dispatchOptions(request: HttpRequest): Dispatcher.DispatchOptions {
  return {
    method: request.method,
    path: request.path,
    headers: request.headers as string[],
    body: request.body ?? null,
  };
}

const ENDED = /* @__PURE__ */ new Error("the exchange was ended by the gateway");

class Exchange implements Dispatcher.DispatchHandler {
  readonly #sink: HttpSink;
  readonly #limits: { readonly maxBodyBytes: number; readonly host: string };
  #controller: Dispatcher.DispatchController | undefined;
  #isStreaming = false;
  #isOver = false;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(sink: HttpSink, limits: { readonly maxBodyBytes: number; readonly host: string }) {
    this.#sink = sink;
    this.#limits = limits;
  }

  end(): void {
    this.#isOver = true;
    this.#chunks = [];
    this.#controller?.abort(ENDED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(ENDED);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpHead["headers"],
  ): void {
    if (this.#isOver || status < 200) return;
    this.#isStreaming = this.#sink.onHead({ status, headers });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#isStreaming) return this.#sink.onChunk(chunk);
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes <= this.#limits.maxBodyBytes) return;
    const message = `the answer is longer than ${this.#limits.maxBodyBytes} bytes`;
    this.end();
    this.#sink.onError(new LinkError("protocol", message, { reached: true }));
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const [first] = this.#chunks;
    const isSingle = first !== undefined && this.#chunks.length === 1;
    this.#sink.onEnd(isSingle ? first : Buffer.concat(this.#chunks));
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // A request that cannot even be written fails before `send` has returned.
    queueMicrotask(() => this.#sink.onError(this.#toLinkError(error)));
  }

  /** undici tells of a request's start when a connection to write it on is there. */
  #toLinkError(error: Error): LinkError {
    const { code } = causeOf(error);
    const words = describe(error, this.#limits.host);
    if (this.#controller === undefined) {
      return new LinkError("connect", words, { reached: false, cause: error });
    }
    const isUnsent = code === "UND_ERR_INVALID_ARG";
    return new LinkError("closed", words, { reached: !isUnsent, cause: error });
  }
}

/** Trying several addresses fails with an error for each. */
function causeOf(error: Error): { readonly message: string; readonly code: string | undefined } {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
  const { message, code } = (first ?? error) as NodeJS.ErrnoException;
  return { message, code };
}

function describe(error: Error, host: string): string {
  const { message, code } = causeOf(error);
  switch (code) {
    case "ECONNREFUSED":
      return `nothing listens at ${host} (connection refused)`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name of ${host} cannot be resolved`;
    case "UND_ERR_CONNECT_TIMEOUT":
      return `${host} does not answer (connect timeout)`;
    case "UND_ERR_SOCKET":
    case "ECONNRESET":
      return `the connection to ${host} was closed before the answer was complete`;
    default:
      return `${message === "" ? "the request failed" : message} (${host})`;
  }
}
