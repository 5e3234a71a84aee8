import { GatewayError } from "../../../kernel/errors.ts";
import { createSemaphore, type Semaphore } from "../../../kernel/semaphore.ts";
import type { ServerId } from "../../catalog/index.ts";
import type { Metrics } from "../../metrics/index.ts";
import type { ServerSpec } from "../../upstream/index.ts";
import { endingOfAbort } from "../aborts.ts";
import type { Call } from "../call.ts";
import { failed, type Ending, type Next, type Stage } from "../stage.ts";
import { whenEnded } from "../when-ended.ts";

/** How many calls a server takes at once, and how many wait. */
export type ConcurrencyLimits = Pick<ServerSpec, "maxConcurrency" | "maxQueue">;

export interface ConcurrencyLimitDeps {
  readonly metrics: Metrics;
  readonly limitsOf: (server: ServerId) => ConcurrencyLimits | undefined;
}

interface Place extends ConcurrencyLimits {
  readonly semaphore: Semaphore;
}

/** When to come back to a server whose queue is full, in milliseconds. */
const FULL_RETRY_MS = 500;

/** Servers above which those without calls are forgotten. */
const SWEEP_ABOVE = 1_024;

/**
 * Bounds the calls under way at each server; more wait in a bounded queue, first come, first served,
 * and beyond that are refused at once. After a change of the limits, calls that began under the old
 * ones are not counted in the new.
 */
export function createConcurrencyLimit(deps: ConcurrencyLimitDeps): Stage {
  const places = new Map<ServerId, Place>();
  const shed = deps.metrics.bind("shed", { reason: "server-concurrency" });

  function placeOf(server: ServerId): Place | undefined {
    const limits = deps.limitsOf(server);
    if (limits === undefined) return undefined;
    const { maxConcurrency, maxQueue } = limits;
    const known = places.get(server);
    if (known?.maxConcurrency === maxConcurrency && known.maxQueue === maxQueue) return known;
    if (places.size >= SWEEP_ABOVE) sweep(places);
    const semaphore = createSemaphore({ permits: maxConcurrency, maxWaiting: maxQueue });
    const place = { maxConcurrency, maxQueue, semaphore };
    places.set(server, place);
    return place;
  }

  async function wait(call: Call, next: Next, place: Place): Promise<Ending> {
    let isAdmitted: boolean;
    try {
      isAdmitted = await place.semaphore.acquire(call.signal);
    } catch {
      return endingOfAbort(call.signal);
    }
    if (isAdmitted) return pass(call, next, place);
    shed.add();
    const { server } = call.tool;
    const reason = `"${server}" has ${place.maxConcurrency} calls under way and ${place.maxQueue} waiting`;
    const message = `Too many calls: ${reason}; try again in ${FULL_RETRY_MS} ms.`;
    const details = { reason, retryAfterMs: FULL_RETRY_MS };
    return failed(new GatewayError("rate-limited", message, details));
  }

  return (call, next) => {
    const place = placeOf(call.tool.server);
    if (place === undefined) return next(call);
    return place.semaphore.tryAcquire() ? pass(call, next, place) : wait(call, next, place);
  };
}

function pass(call: Call, next: Next, place: Place): Ending | Promise<Ending> {
  return whenEnded(
    () => next(call),
    () => place.semaphore.release(),
  );
}

function sweep(places: Map<ServerId, Place>): void {
  for (const [server, { semaphore, maxConcurrency }] of places) {
    if (semaphore.available === maxConcurrency) places.delete(server);
  }
}
