import type { Catalog } from "../core/catalog/index.ts";
import type { EventLog } from "../core/events/index.ts";
import type { Circuits } from "../core/resilience/index.ts";
import type { Upstreams } from "../core/upstream/index.ts";
import type { Scope } from "../kernel/scope.ts";

/** Puts what happens in the features into the event log, until the scope ends. */
export function publishEvents(
  events: EventLog,
  sources: {
    readonly catalog: Catalog;
    readonly upstreams: Upstreams;
    readonly circuits: Circuits;
  },
  scope: Scope,
): void {
  scope.use(
    sources.upstreams.on("state", ({ id, state, reason }) =>
      events.publish("server", "server.state", {
        server: id,
        state,
        ...(reason === undefined ? {} : { reason }),
      }),
    ),
  );
  scope.use(
    sources.catalog.onChange(({ server, added, changed, removed }) =>
      events.publish("catalog", "catalog.changed", {
        server,
        added: added.map((tool) => tool.id),
        changed: changed.map((tool) => tool.id),
        removed: removed.map((tool) => tool.id),
      }),
    ),
  );
  scope.use(
    sources.circuits.onTransition(({ server, state, forced, retryAfterMs }) =>
      events.publish("circuit", "circuit.state", { server, state, forced, retryAfterMs }),
    ),
  );
}
