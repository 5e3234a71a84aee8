import { createSharedAbort, type SharedAbort } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Call, CallRequest } from "../../calls/index.ts";
import type { ServerId } from "../../catalog/index.ts";

/** Calls under way at once; more are not made. */
const MAX_CALLS = 64;

export interface BackgroundCallsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a call of a server may take, in milliseconds. */
  readonly timeoutMsOf: (server: ServerId) => number;
}

/**
 * Calls that nobody waits for: made as the principal whose call gave rise to them, with a deadline of
 * their own, at most one for each key.
 */
export class BackgroundCalls implements AsyncDisposable {
  readonly #deps: BackgroundCallsDeps;
  readonly #running = new Map<
    string,
    { readonly abort: SharedAbort; readonly work: Promise<void> }
  >();
  #isDisposed = false;

  constructor(deps: BackgroundCallsDeps) {
    this.#deps = deps;
  }

  /** Starts `work` with a copy of the call, unless one for its key, or too many, are under way. */
  start(key: string, call: Call, work: (call: Call) => Promise<unknown>): void {
    if (this.#isDisposed || this.#running.size >= MAX_CALLS || this.#running.has(key)) return;
    const abort = createSharedAbort();
    const running = { abort, work: this.#run(key, this.#copyOf(call, abort), work) };
    this.#running.set(key, running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const running = [...this.#running.values()];
    for (const { abort } of running)
      abort.leave(new GatewayError("cancelled", "The gateway is stopping.", {}));
    await Promise.all(running.map(({ work }) => work));
  }

  async #run(key: string, call: Call, work: (call: Call) => Promise<unknown>): Promise<void> {
    const timeoutMs = call.deadlineAt - call.startedAt;
    const timer = this.#deps.clock.after(timeoutMs, () => {
      const message = `The call did not end within ${timeoutMs} ms.`;
      call.abort?.leave(new GatewayError("deadline-exceeded", message, { timeoutMs }));
    });
    // Not before it stands among those that run.
    await Promise.resolve();
    try {
      await work(call);
    } catch (error) {
      const fields = { err: error, tool: call.tool.id };
      this.#deps.log.error(fields, "A bug ended a call in the background.");
    } finally {
      timer[Symbol.dispose]();
      this.#running.delete(key);
    }
  }

  #copyOf({ request, principal, tool, traceId }: Call, abort: SharedAbort): Call {
    const startedAt = this.#deps.clock.monotonic();
    return {
      request: plainRequest(request),
      principal,
      tool,
      traceId,
      signal: abort.signal,
      abort,
      startedAt,
      deadlineAt: startedAt + this.#deps.timeoutMsOf(tool.server),
      notes: { cache: "none", circuit: "closed", attempts: 0 },
    };
  }
}

/** What the answer depends on; nobody follows the call. */
function plainRequest(request: CallRequest): CallRequest {
  const { principal, tool, session, meta } = request;
  return {
    principal,
    tool,
    arguments: request.arguments,
    ...(session === undefined ? {} : { session }),
    ...(meta === undefined ? {} : { meta }),
  };
}
