import { GatewayError } from "../../../src/kernel/errors.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import type { Circuits, CircuitStatus } from "../../../src/core/resilience/index.ts";
import type { ServerId } from "../../../src/core/catalog/index.ts";
import type {
  ServerRegistry,
  ServerSpec,
  ServerStatus,
  Upstreams,
} from "../../../src/core/upstream/index.ts";

/** Servers that are only a table of statuses. */
export interface FakeServers {
  readonly upstreams: Upstreams;
  readonly registry: ServerRegistry;
  readonly circuits: Circuits;
  set(status: Partial<Omit<ServerStatus, "id">> & { readonly id: string }): void;
  readonly reconnected: readonly string[];
}

export function createFakeServers(ids: readonly string[]): FakeServers {
  const statuses = new Map<string, ServerStatus>();
  const specs = new Map<string, ServerSpec>();
  const circuits = new Map<string, CircuitStatus>();
  const reconnected: string[] = [];

  const set: FakeServers["set"] = (status) => {
    const old = statuses.get(status.id) ?? readyStatus(status.id as ServerId);
    statuses.set(status.id, { ...old, ...status, id: old.id });
    if (!specs.has(status.id)) specs.set(status.id, specOf(old.id));
  };
  for (const id of ids) set({ id });

  return {
    set,
    reconnected,
    circuits: {
      status: (server) => circuits.get(server) ?? closed(server),
      force(server, action) {
        const status: CircuitStatus =
          action === "open" ? { ...closed(server), state: "open", forced: true } : closed(server);
        circuits.set(server, status);
        return status;
      },
      onTransition: () => ({ [Symbol.dispose]: () => undefined }),
    },
    registry: createRegistry(statuses, set),
    upstreams: {
      statuses: () => [...statuses.values()],
      status: (server) => statuses.get(server),
      spec: (server) => specs.get(server),
      call: () => Promise.reject(new Error("calls go through the fake calls")),
      reconcile: () => Promise.resolve(),
      async reconnect(server) {
        reconnected.push(server);
        return statuses.get(server)!;
      },
      on: () => ({ [Symbol.dispose]: () => undefined }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
}

function createRegistry(
  statuses: Map<string, ServerStatus>,
  set: FakeServers["set"],
): ServerRegistry {
  const reach = (id: string): ServerStatus => {
    const status = statuses.get(id);
    if (status !== undefined) return status;
    const nearest: string[] = [];
    throw new GatewayError("unknown-server", `There is no server "${id}".`, {
      server: id,
      nearest,
    });
  };
  return {
    async add(id, entry) {
      if (statuses.has(id)) {
        throw new GatewayError("server-exists", `There is a server "${id}".`, { server: id });
      }
      if ("command" in entry) {
        const reason = "commands over the API are not allowed";
        throw new GatewayError("forbidden", "Entries with command are refused.", { reason });
      }
      set({ id, ...targetOf(entry) });
      return reach(id);
    },
    async change(id, patch) {
      reach(id);
      set({ id, ...targetOf(patch) });
      return reach(id);
    },
    async remove(id) {
      reach(id);
      statuses.delete(id);
    },
  };
}

function targetOf(entry: JsonObject): { target?: string } {
  return typeof entry["url"] === "string" ? { target: entry["url"] } : {};
}

function readyStatus(id: ServerId): ServerStatus {
  return {
    id,
    state: "ready",
    since: 1_700_000_000_000,
    transport: "websocket",
    target: `ws://127.0.0.1:9/${id}`,
    tools: 0,
    reconnects: 0,
    connections: 1,
    pids: [],
  };
}

function specOf(id: ServerId): ServerSpec {
  return {
    id,
    endpoints: [{ transport: "websocket", url: `ws://127.0.0.1:9/${id}`, headers: {} }],
    disabled: false,
    tags: [],
    tools: { allow: [], deny: [] },
    isolation: "shared",
    startupTimeoutMs: 10_000,
    timeoutMs: 60_000,
    extendOnProgress: false,
    maxTimeoutMs: 60_000,
    idleStopMs: 0,
    maxConcurrency: 64,
    maxQueue: 256,
    source: "overlay",
  };
}

function closed(server: ServerId): CircuitStatus {
  return { server, state: "closed", forced: false, failures: 0, retryAfterMs: 0 };
}
