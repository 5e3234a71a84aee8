import type { ServerId } from "../../catalog/index.ts";
import type { Circuit, CircuitBreakers } from "../../resilience/index.ts";
import type { Upstreams } from "../../upstream/index.ts";
import { COMPOSITES_SERVER } from "../options.ts";
import type { CompositeServer } from "./composite-server.ts";

/**
 * Upstreams with the composites beside the servers. Asked for by id they are a server that is always
 * ready, so that calls to them pass like any other; lists and changes of state know nothing of them.
 */
export function withComposites(
  upstreams: Upstreams,
  /** They are made later than what calls them. */
  composites: () => CompositeServer | undefined,
): Upstreams {
  const behind = (server: ServerId): CompositeServer | undefined =>
    server === COMPOSITES_SERVER ? composites() : undefined;
  return {
    statuses: () => upstreams.statuses(),
    status: (server) => behind(server)?.status() ?? upstreams.status(server),
    spec: (server) => behind(server)?.spec() ?? upstreams.spec(server),
    call(request, signal) {
      return (behind(request.server) ?? upstreams).call(request, signal);
    },
    reconcile: (specs) => upstreams.reconcile(specs),
    reconnect: (server, signal) => upstreams.reconnect(server, signal),
    on: (name, listener) => upstreams.on(name, listener),
    [Symbol.asyncDispose]: () => upstreams[Symbol.asyncDispose](),
  };
}

/** Circuits as calls see them: composites have none, since each of their inner calls passes its server's. */
export function withoutCompositeCircuit(
  circuits: Pick<CircuitBreakers, "circuit" | "status">,
): Pick<CircuitBreakers, "circuit" | "status"> {
  return {
    circuit: (server) => (server === COMPOSITES_SERVER ? PASSAGE : circuits.circuit(server)),
    status: (server) => circuits.status(server),
  };
}

const PASSAGE: Circuit = { state: "closed", run: async (work) => work() };
