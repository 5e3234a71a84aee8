import { GatewayError } from "../../../kernel/errors.ts";
import type { RpcId } from "../../../mcp/frame.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { Answer } from "../answer.ts";
import type { EventStream } from "../event-stream.ts";
import type { Incoming } from "../incoming.ts";
import { toProblem } from "../problem.ts";
import { createSocketReply, encodeAnswer, encodeEvent } from "./socket-answer.ts";
import type { SocketChannel } from "./socket-channel.ts";
import type { SocketParts } from "./socket-params.ts";

/** Where a request came from, and what it is called. */
export interface SocketCallOptions {
  readonly id: RpcId;
  readonly traceId: string;
  readonly channel: SocketChannel;
  /** Runs once, when it is answered. */
  readonly onEnd: (answer: Answer) => void;
}

/** A request of a socket, from its arrival to its answer. */
export class SocketCall {
  readonly #options: SocketCallOptions;
  readonly #reply = createSocketReply();
  readonly #gone = new AbortController();
  readonly #closed = new AbortController();
  readonly #followUps: (() => void)[] = [];
  #isWatched = false;
  #hasStream = false;
  #isAnswered = false;

  constructor(options: SocketCallOptions) {
    this.#options = options;
  }

  /** The request as an endpoint takes it. */
  incoming(parts: SocketParts, principal: Principal): Incoming {
    return {
      ...parts,
      principal,
      traceId: this.#options.traceId,
      reply: this.#reply,
      gone: () => {
        this.#isWatched = true;
        return this.#gone.signal;
      },
      openEvents: () => this.#openEvents(),
      afterAnswer: (run) => void this.#followUps.push(run),
    };
  }

  /** Answers with what an endpoint's handler gave back, unless a stream is open: its end answers. */
  conclude(given: unknown): void {
    if (!this.#hasStream) this.respond(this.#reply.toAnswer(given));
  }

  /** Answers; only the first answer counts. */
  respond(answer: Answer): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#closed.abort();
    const { id, channel, onEnd } = this.#options;
    onEnd(answer);
    channel.send(encodeAnswer(id, answer), () => {
      for (const run of this.#followUps) run();
    });
  }

  /** The caller wants no answer any more: what goes on is told to stop, and answers how it ended. */
  cancel(): void {
    this.#gone.abort(cancelled());
    // Who does not watch for it is a stream that only ends so.
    if (!this.#isWatched) this.#closed.abort();
  }

  /** The caller has left. */
  abandon(): void {
    this.cancel();
    this.#closed.abort();
  }

  #openEvents(): EventStream {
    const { id, traceId, channel } = this.#options;
    const { signal } = this.#closed;
    this.#hasStream = true;
    channel.send(encodeEvent(id, "open"));
    signal.addEventListener("abort", () => this.respond(toProblem(cancelled(), { traceId })));
    return {
      closed: signal,
      get isCongested() {
        return channel.isCongested;
      },
      send(event, data) {
        if (!signal.aborted) channel.send(encodeEvent(id, event, data));
      },
      finish: (answer) => this.respond(answer),
      onDrain(listener) {
        const listening = channel.onDrain(listener);
        signal.addEventListener("abort", () => listening[Symbol.dispose]());
      },
      [Symbol.dispose]: () => this.#closed.abort(),
    };
  }
}

function cancelled(): GatewayError {
  return new GatewayError("cancelled", "The request was cancelled.", {});
}
