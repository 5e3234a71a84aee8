import { sleep, type Clock } from "../../../kernel/clock.ts";
import { isGatewayError, type GatewayError } from "../../../kernel/errors.ts";
import type { Random } from "../../../kernel/random.ts";
import type { Metrics } from "../../metrics/index.ts";
import { backoffMs, createRetryBudget, type RetryOptions } from "../../resilience/index.ts";
import { endingOfAbort } from "../aborts.ts";
import type { Call } from "../call.ts";
import { isSafeTool } from "../safe-tool.ts";
import type { Ending, Next, Stage } from "../stage.ts";

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

/**
 * Makes failed attempts again: of safe tools when the connection failed or the answer made no sense,
 * of any tool when the server cannot have seen the call. Pauses grow with full jitter and are no
 * shorter than the server asked for; no pause outlasts the deadline; each server's retries keep
 * within a budget. Nothing is held while pausing.
 */
export function createRetry(options: RetryOptions, deps: RetryDeps): Stage {
  const { clock, random, metrics } = deps;
  const budget = createRetryBudget(options);

  function settle(call: Call, next: Next, state: { attempt: number; ending: Ending }) {
    const { attempt, ending } = state;
    if (ending.kind !== "failure" || attempt >= options.maxAttempts) return ending;
    const waitMs = pauseBefore(call, ending.error, attempt);
    if (waitMs === undefined || !budget.trySpend(call.tool.server)) return ending;
    return again(call, next, { attempt: attempt + 1, waitMs });
  }

  function attemptNow(call: Call, next: Next, attempt: number): Ending | Promise<Ending> {
    const ending = next(call);
    if (!(ending instanceof Promise)) return settle(call, next, { attempt, ending });
    return ending.then((value) => settle(call, next, { attempt, ending: value }));
  }

  async function again(
    call: Call,
    next: Next,
    { attempt, waitMs }: { attempt: number; waitMs: number },
  ): Promise<Ending> {
    try {
      await sleep(clock, waitMs, call.signal);
    } catch {
      return endingOfAbort(call.signal);
    }
    metrics.bind("retries", { server: call.tool.server }).add();
    return attemptNow(call, next, attempt);
  }

  /** How long to wait, in milliseconds; `undefined` when the attempt is not to be made again. */
  function pauseBefore(call: Call, error: GatewayError, attempt: number): number | undefined {
    const askedMs = retryableAfterMs(call, error);
    if (askedMs === undefined || askedMs > options.maxRetryAfterMs) return undefined;
    const waitMs = Math.max(askedMs, backoffMs(attempt, options, random));
    return clock.monotonic() + waitMs < call.deadlineAt ? waitMs : undefined;
  }

  return (call, next) => {
    budget.earn(call.tool.server);
    return attemptNow(call, next, 1);
  };
}

/** For an error after which a call may be made again: the wait that the server asks for, else 0. */
function retryableAfterMs(call: Call, error: GatewayError): number | undefined {
  if (isGatewayError(error, "server-unavailable")) {
    const mayRepeat = !error.data.reached || isSafeTool(call.tool);
    return mayRepeat ? error.data.retryAfterMs : undefined;
  }
  if (isGatewayError(error, "upstream-protocol")) {
    return error.data.rpcCode === undefined && isSafeTool(call.tool) ? 0 : undefined;
  }
  return undefined;
}
