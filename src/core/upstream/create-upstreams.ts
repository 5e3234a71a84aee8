import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";
import type { Random } from "../../kernel/random.ts";
import { createTypedEvents, type TypedEvents } from "../../kernel/typed-events.ts";
import type { ClientInfo } from "../../mcp/client-codec.ts";
import type { ServerId } from "../catalog/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { CatalogSink } from "./catalog-feed.ts";
import { createConnectionBudget } from "./connection-budget.ts";
import { createConnector, type Connector, type LinkFactories } from "./connector.ts";
import { createEraVerdicts } from "./era-verdicts.ts";
import type { UpstreamOptions } from "./options.ts";
import type { ProcessLauncher } from "./process-launcher.ts";
import { createServerSupervisor, type ServerSupervisor } from "./server-supervisor.ts";
import { hasSameCatalogSettings, hasSameConnections } from "./spec-change.ts";
import type { ServerSpec } from "./server-spec.ts";
import type {
  ServerStatus,
  UpstreamAnswer,
  UpstreamEvents,
  UpstreamRequest,
  Upstreams,
} from "./upstreams.ts";

/** What the supervised connections need from outside. */
export interface UpstreamsDeps {
  /** How links are opened, by transport. Owned by the caller. */
  readonly links: LinkFactories;
  /** Starts the processes behind URLs. Owned by the caller. */
  readonly launcher: ProcessLauncher;
  /** Is told of servers (declared when they are taken up, removed with them or when disabled) and tool lists. */
  readonly catalog: CatalogSink;
  /** Who the gateway says it is. */
  readonly client: ClientInfo;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Makes an empty set of upstreams; `reconcile` fills it. */
export function createUpstreams(options: UpstreamOptions, deps: UpstreamsDeps): Upstreams {
  return new SupervisedUpstreams(options, deps);
}

class SupervisedUpstreams implements Upstreams {
  readonly #options: UpstreamOptions;
  readonly #deps: UpstreamsDeps;
  readonly #connector: Connector;
  readonly #events: TypedEvents<UpstreamEvents>;
  readonly #supervisors = new Map<ServerId, ServerSupervisor>();
  readonly #leaving = new Set<Promise<void>>();
  #reconciling: Promise<void> = Promise.resolve();
  #isDisposed = false;

  constructor(options: UpstreamOptions, deps: UpstreamsDeps) {
    this.#options = options;
    this.#deps = deps;
    const { links, launcher, client, clock, log } = deps;
    this.#connector = createConnector(options, {
      links,
      launcher,
      client,
      clock,
      log,
      budget: createConnectionBudget(options),
      verdicts: createEraVerdicts({ legacyTtlMs: options.legacyVerdictTtlMs }, clock),
    });
    this.#events = createTypedEvents((error) =>
      log.error({ error }, "A listener of upstream events failed."),
    );
  }

  statuses(): readonly ServerStatus[] {
    return [...this.#supervisors.values()].map((supervisor) => supervisor.status());
  }

  status(server: ServerId): ServerStatus | undefined {
    return this.#supervisors.get(server)?.status();
  }

  spec(server: ServerId): ServerSpec | undefined {
    return this.#supervisors.get(server)?.spec;
  }

  call(request: UpstreamRequest, signal: Cancellation): Promise<UpstreamAnswer> {
    try {
      return this.#supervisor(request.server).call(request, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async reconnect(server: ServerId, signal: AbortSignal): Promise<ServerStatus> {
    return this.#supervisor(server).reconnect(signal);
  }

  reconcile(specs: readonly ServerSpec[]): Promise<void> {
    const next = this.#reconciling.then(() => this.#apply(specs));
    this.#reconciling = next.catch(() => undefined);
    return next;
  }

  on<Name extends keyof UpstreamEvents>(
    name: Name,
    listener: (event: UpstreamEvents[Name]) => void,
  ): Disposable {
    return this.#events.on(name, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#reconciling;
    const all = [...this.#supervisors.values()].map((one) => one[Symbol.asyncDispose]());
    this.#supervisors.clear();
    await Promise.all([...all, ...this.#leaving]);
  }

  #supervisor(server: ServerId): ServerSupervisor {
    const found = this.#supervisors.get(server);
    if (found !== undefined) return found;
    const nearest = nearestNames(server, this.#supervisors.keys());
    throw new GatewayError("unknown-server", `There is no server ${server}.`, { server, nearest });
  }

  /** Removed servers are waited for; new and restarted ones connect in the background. */
  async #apply(specs: readonly ServerSpec[]): Promise<void> {
    if (this.#isDisposed) return;
    const wanted = new Set(specs.map(({ id }) => id));
    const removed = [...this.#supervisors.keys()].filter((id) => !wanted.has(id));
    const gone = removed.map((id) => this.#remove(id));
    for (const spec of specs) this.#takeUp(spec);
    await Promise.all(gone);
  }

  #takeUp(spec: ServerSpec): void {
    const present = this.#supervisors.get(spec.id);
    if (present === undefined) return this.#start(spec, Promise.resolve());
    this.#declare(spec, present.spec);
    if (hasSameConnections(present.spec, spec)) return present.update(spec);
    this.#start(spec, this.#leave(present));
  }

  #start(spec: ServerSpec, ready: Promise<void>): void {
    if (!this.#supervisors.has(spec.id)) this.#declare(spec, undefined);
    const { connector, log } = { connector: this.#connector, log: this.#deps.log };
    const { catalog, clock, random, metrics } = this.#deps;
    const supervisor = createServerSupervisor(
      { spec, options: this.#options },
      {
        connector,
        catalog,
        clock,
        random,
        metrics,
        log: log.child({ server: spec.id }),
        onState: (status) => this.#events.emit("state", status),
        onTools: (count) => this.#events.emit("tools", { server: spec.id, count }),
        onChanged: () => this.#events.emit("changed", { server: spec.id }),
      },
    );
    // The place in the map, and so the order of the list, stays that of the first arrival.
    this.#supervisors.set(spec.id, supervisor);
    supervisor.start(ready);
    this.#events.emit("state", supervisor.status());
  }

  #declare(spec: ServerSpec, former: ServerSpec | undefined): void {
    const { catalog } = this.#deps;
    if (spec.disabled) {
      if (former?.disabled === false) catalog.removeServer(spec.id);
      return;
    }
    const isKnown = former !== undefined && !former.disabled;
    if (isKnown && hasSameCatalogSettings(former, spec)) return;
    catalog.setServer(spec.id, {
      ...(spec.description !== undefined && { description: spec.description }),
      tags: spec.tags,
      allow: spec.tools.allow,
      deny: spec.tools.deny,
    });
  }

  #remove(id: ServerId): Promise<void> {
    const supervisor = this.#supervisors.get(id);
    this.#supervisors.delete(id);
    if (supervisor === undefined) return Promise.resolve();
    if (!supervisor.spec.disabled) this.#deps.catalog.removeServer(id);
    return this.#leave(supervisor).then(() => {
      if (!this.#supervisors.has(id)) this.#deps.metrics.forgetServer(id);
    });
  }

  #leave(supervisor: ServerSupervisor): Promise<void> {
    const leaving = Promise.resolve(supervisor[Symbol.asyncDispose]())
      .catch((error: unknown) => this.#deps.log.error({ error }, "A server could not be closed."))
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    return leaving;
  }
}
