import type { HttpEdgeDeps } from "./edge-deps.ts";
import type { EventStreams } from "./event-streams.ts";
import type { Idempotency } from "./idempotency.ts";
import type { HttpEdgeOptions } from "./options.ts";

/** What endpoints work with. */
export interface EdgeContext extends HttpEdgeDeps {
  readonly options: HttpEdgeOptions;
  readonly idempotency: Idempotency;
  readonly eventStreams: EventStreams;
}
