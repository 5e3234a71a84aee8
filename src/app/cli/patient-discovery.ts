import type { Discovery } from "../../core/discovery/index.ts";
import { abortable } from "../../kernel/abort.ts";

/**
 * Discovery that begins when `started` has resolved, for a gateway that serves at once while its
 * servers are still starting: a first search would find nothing.
 */
export function createPatientDiscovery(inner: Discovery, started: Promise<void>): Discovery {
  return {
    async search(request, principal, signal) {
      await abortable(started, signal);
      return inner.search(request, principal, signal);
    },
    async request(requests, principal, signal) {
      await abortable(started, signal);
      return inner.request(requests, principal, signal);
    },
    status: () => inner.status(),
    settled: () => inner.settled(),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}
