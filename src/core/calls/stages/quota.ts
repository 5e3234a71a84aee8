import { LRUCache } from "lru-cache";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { principalKey } from "../../access/index.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { QuotaOptions } from "../options.ts";
import { failed, type Ending, type Stage } from "../stage.ts";
import { whenEnded } from "../when-ended.ts";

/** Principals and tenants whose allowances are remembered; one that is forgotten starts afresh. */
const MAX_REMEMBERED = 10_000;

/** When a caller that has too many calls under way may try again: soon, one of them ends. */
const BUSY_RETRY_MS = 250;

/**
 * Bounds how many calls a principal and a tenant may make per minute (a token bucket that holds one
 * minute's worth), and how many a principal may have under way.
 */
export function createQuota(
  options: QuotaOptions,
  deps: { readonly clock: Clock; readonly metrics: Metrics },
): Stage {
  const { maxConcurrentCalls } = options;
  const principals = createBuckets(options.callsPerMinute, deps.clock);
  const tenants = createBuckets(options.tenantCallsPerMinute, deps.clock);
  const running = new Map<string, number>();
  const shed = {
    rate: deps.metrics.bind("shed", { reason: "rate" }),
    concurrency: deps.metrics.bind("shed", { reason: "principal-concurrency" }),
  };

  function end(key: string): void {
    const left = (running.get(key) ?? 1) - 1;
    if (left === 0) running.delete(key);
    else running.set(key, left);
  }

  return (call, next) => {
    const key = principalKey(call.principal);
    const count = running.get(key) ?? 0;
    if (maxConcurrentCalls > 0 && count >= maxConcurrentCalls) {
      shed.concurrency.add();
      return refuse(`${count} of your calls are under way, as many as are allowed`, BUSY_RETRY_MS);
    }
    const waitMs = principals(key) || tenants(call.principal.tenant);
    if (waitMs > 0) {
      shed.rate.add();
      return refuse("you have used up your calls for this minute", waitMs);
    }
    running.set(key, count + 1);
    return whenEnded(
      () => next(call),
      () => end(key),
    );
  };
}

/** Takes a token from a key's bucket: 0, or the milliseconds until there is one again. */
function createBuckets(perMinute: number, clock: Clock): (key: string) => number {
  if (perMinute === 0) return () => 0;
  const perMs = perMinute / 60_000;
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: MAX_REMEMBERED });
  return (key) => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: perMinute, at: now };
    bucket.tokens = Math.min(perMinute, bucket.tokens + (now - bucket.at) * perMs);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perMs);
    bucket.tokens -= 1;
    return 0;
  };
}

function refuse(reason: string, retryAfterMs: number): Ending {
  const message = `Too many calls: ${reason}; try again in ${retryAfterMs} ms.`;
  return failed(new GatewayError("rate-limited", message, { reason, retryAfterMs }));
}
