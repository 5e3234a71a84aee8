import { abortable, type Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Metrics } from "../metrics/index.ts";
import { createAttemptGate, isAuthFailure, type AttemptGate } from "./attempt-gate.ts";
import { toCallFailure } from "./call-failure.ts";
import { createCatalogFeed, type CatalogFeed, type CatalogSink } from "./catalog-feed.ts";
import type { Connection, ConnectionCall } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { LinkError } from "./link.ts";
import type { UpstreamOptions } from "./options.ts";
import { createPrimaryConnection, type PrimaryConnection } from "./primary-connection.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import { createScopedSlots, scopeKey, type ScopedSlots } from "./scoped-slots.ts";
import { describeStatus } from "./server-status.ts";
import type { ServerSpec } from "./server-spec.ts";
import { createSlot, type Slot } from "./slot.ts";
import { createStateBoard, type StateBoard } from "./state-board.ts";
import { createStderrTail, type StderrTail } from "./stderr-tail.ts";
import type { ToolList } from "./tool-lister.ts";
import type { ServerStatus, UpstreamAnswer, UpstreamRequest } from "./upstreams.ts";

/** Looks after one server: its connections, its state and its tool list. */
export interface ServerSupervisor extends AsyncDisposable {
  readonly spec: ServerSpec;
  /** Opens the first connection, once `ready` has resolved. */
  start(ready: Promise<unknown>): void;
  status(): ServerStatus;
  call(request: UpstreamRequest, signal: Cancellation): Promise<UpstreamAnswer>;
  /** Joins a first attempt under way; else closes all connections and opens the primary one anew. */
  reconnect(signal: AbortSignal): Promise<ServerStatus>;
  /** Takes over settings that need no new connection. */
  update(spec: ServerSpec): void;
}

export interface SupervisorDeps {
  readonly connector: Connector;
  readonly catalog: CatalogSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onState: (status: ServerStatus) => void;
  readonly onTools: (count: number) => void;
  readonly onChanged: () => void;
}

/** What a refused caller is told to wait when no attempt is planned. */
const DEFAULT_RETRY_AFTER_MS = 1_000;
const MAX_STDERR_IN_REASON = 300;

/** Makes a supervisor; nothing happens before `start`. */
export function createServerSupervisor(
  config: { readonly spec: ServerSpec; readonly options: UpstreamOptions },
  deps: SupervisorDeps,
): ServerSupervisor {
  return new Supervisor(config.spec, config.options, deps);
}

class Supervisor implements ServerSupervisor {
  readonly #options: UpstreamOptions;
  readonly #deps: SupervisorDeps;
  readonly #board: StateBoard;
  readonly #gate: AttemptGate;
  readonly #primary: PrimaryConnection;
  readonly #scoped: ScopedSlots;
  readonly #feed: CatalogFeed;
  readonly #redact: Redactor;
  readonly #stderr: StderrTail;
  readonly #startsProcesses: boolean;
  #ready: Promise<unknown> = Promise.resolve();
  #tools = 0;
  #isGone = false;
  spec: ServerSpec;

  constructor(spec: ServerSpec, options: UpstreamOptions, deps: SupervisorDeps) {
    this.spec = spec;
    this.#options = options;
    this.#deps = deps;
    const { clock, metrics, log, catalog } = deps;
    const server = spec.id;
    this.#startsProcesses = spec.endpoints.some(({ launch }) => launch !== undefined);
    this.#redact = createRedactor(spec);
    this.#stderr = createStderrTail({ maxLines: options.stderrTailLines });
    this.#feed = createCatalogFeed({ server }, { catalog, log });
    const { maxRestartsPerMinute } = options;
    const startsProcesses = this.#startsProcesses;
    this.#gate = createAttemptGate({ maxRestartsPerMinute, startsProcesses }, clock);
    this.#primary = this.#makePrimary();
    const maxSlots = Math.max(1, options.maxConnectionsPerServer - 1);
    this.#scoped = createScopedSlots(
      { maxSlots },
      { makeSlot: (room, onEmpty) => this.#makeScoped(room, onEmpty) },
    );
    const onChange = (): void => this.#announce();
    const state = spec.disabled ? "disabled" : "connecting";
    this.#board = createStateBoard({ server, state }, { clock, metrics, onChange });
  }

  start(ready: Promise<unknown>): void {
    if (this.spec.disabled) return;
    this.#ready = ready;
    void this.#primary.attempt();
  }

  status(): ServerStatus {
    const slots = [this.#primary.slot, ...this.#scoped.slots];
    return describeStatus({
      spec: this.spec,
      board: this.#board,
      connections: slots.flatMap(({ connection }) => (connection ? [connection] : [])),
      tools: this.#tools,
      reconnects: this.#primary.reconnects,
      retryInMs: this.#primary.retryInMs,
      stderrTail: this.#stderr.lines().map(this.#redact),
    });
  }

  async call(request: UpstreamRequest, signal: Cancellation): Promise<UpstreamAnswer> {
    const call = this.#prepare(request);
    for (let replays = 0; ; replays++) {
      const slot = this.#slotFor(request);
      const connection = slot.connection ?? (await this.#acquire(slot, signal));
      if (replays > 0 && request.tries !== undefined) request.tries.attempts += 1;
      try {
        return await connection.call(call, signal);
      } catch (error) {
        const mayReplay = replays === 0 && isReplayable(error, { connection, safe: request.safe });
        if (!mayReplay) throw this.#failure(error);
      }
    }
  }

  async reconnect(signal: AbortSignal): Promise<ServerStatus> {
    if (this.spec.disabled || this.#isGone) return this.status();
    if (!this.#primary.slot.isConnecting) {
      await abortable(this.#closeAll(0), signal);
      this.#board.set("connecting");
    }
    await abortable(this.#primary.attempt(), signal);
    return this.status();
  }

  update(spec: ServerSpec): void {
    this.spec = spec;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGone = true;
    await this.#closeAll(this.#options.drainTimeoutMs);
  }

  #makePrimary(): PrimaryConnection {
    const { clock, random, log, metrics } = this.#deps;
    const reconnects = metrics.bind("upstreamReconnects", { server: this.spec.id });
    const board = (): StateBoard => this.#board;
    return createPrimaryConnection(this.#options, {
      board: { set: (state, reason) => board().set(state, reason) },
      gate: this.#gate,
      clock,
      random,
      log,
      spec: () => this.spec,
      open: (signal, endpointCount) => this.#open(signal, endpointCount),
      describe: (error) => this.#describe(error),
      onReconnect: () => reconnects.add(),
      onList: (list, connection) => this.#onList(list, connection),
    });
  }

  #makeScoped(room: Promise<void>, onEmpty: () => void): Slot {
    return createSlot({
      clock: this.#deps.clock,
      drainTimeoutMs: this.#options.drainTimeoutMs,
      open: (signal) => this.#openScoped(room, signal),
      onOpened: () => this.#gate.noteSuccess(),
      onFailed: (error) => {
        this.#gate.noteFailure(error);
        onEmpty();
      },
      onLost: (reason) => {
        this.#gate.noteLoss(reason);
        onEmpty();
      },
      onIdle: onEmpty,
      idleMs: ({ endpoint }) => {
        const { scopedIdleMs } = this.#options;
        const { idleStopMs } = this.spec;
        const stopsSooner = endpoint.transport === "stdio" && idleStopMs > 0;
        return stopsSooner ? Math.min(idleStopMs, scopedIdleMs) : scopedIdleMs;
      },
    });
  }

  #slotFor(request: UpstreamRequest): Slot {
    const key = scopeKey(this.spec.isolation, request.scope);
    return key === undefined ? this.#primary.slot : this.#scoped.slotFor(key);
  }

  #prepare(request: UpstreamRequest): ConnectionCall {
    const { tool, arguments: args, meta, inputResponses, requestState } = request;
    const parts: {
      -readonly [Key in keyof ConnectionCall["parts"]]: ConnectionCall["parts"][Key];
    } = { name: tool, arguments: args };
    if (meta !== undefined) parts.meta = meta;
    if (inputResponses !== undefined) parts.inputResponses = inputResponses;
    if (requestState !== undefined) parts.requestState = requestState;
    return {
      parts,
      limits: this.spec,
      paramHeaders: this.#feed.paramHeaders(tool, args),
      onProgress: request.onProgress,
    };
  }

  /** A call does not wait for the timer: it starts an attempt, or joins the one under way. */
  async #acquire(slot: Slot, signal: Cancellation): Promise<Connection> {
    if (signal.aborted) throw signal.reason;
    this.#refuseIfClosed();
    const refusal = slot.isConnecting ? undefined : this.#gate.refusal();
    if (refusal !== undefined) throw this.#failure(asUnsent(refusal));
    if (slot === this.#primary.slot) this.#primary.stopWaiting();
    try {
      return await abortable(slot.connect(), signal);
    } catch (error) {
      throw signal.aborted ? error : this.#failure(asUnsent(error));
    }
  }

  #refuseIfClosed(): void {
    const { id, disabled } = this.spec;
    if (!disabled && !this.#isGone) return;
    const message = disabled ? `Server ${id} is disabled.` : `Server ${id} is being removed.`;
    const facts = { server: id, state: "disabled", retryAfterMs: 0, reached: false };
    throw new GatewayError("server-unavailable", message, facts);
  }

  async #open(signal: AbortSignal, endpointCount?: number): Promise<Connection> {
    await abortable(this.#ready, signal);
    const { spec } = this;
    const limit = endpointCount === undefined ? {} : { endpointCount };
    const { connector, onChanged } = this.#deps;
    const hears = { onStderr: this.#stderr.add, onChanged };
    return connector.open({ spec, ...hears, launches: true, ...limit }, signal);
  }

  /** The process behind a URL is everybody's: the primary connection has it. */
  async #openScoped(room: Promise<void>, signal: AbortSignal): Promise<Connection> {
    await abortable(room, signal);
    const hasSharedProcess = this.spec.endpoints.some(
      ({ transport, launch }) => transport !== "stdio" && launch !== undefined,
    );
    if (hasSharedProcess) await abortable(this.#primary.slot.connect(), signal);
    const { spec } = this;
    const { connector, onChanged } = this.#deps;
    const hears = { onStderr: this.#stderr.add, onChanged };
    return connector.open({ spec, ...hears, launches: false }, signal);
  }

  #onList(list: ToolList, connection: Connection): void {
    this.#tools = list.definitions.length;
    const isNew = this.#feed.take(list.definitions, connection.negotiated);
    if (isNew) this.#deps.onTools(this.#tools);
  }

  #failure(error: unknown): unknown {
    return toCallFailure(error, {
      server: this.spec.id,
      state: this.#board.state,
      retryAfterMs: Math.round(this.#primary.retryInMs ?? DEFAULT_RETRY_AFTER_MS),
      redact: this.#redact,
    });
  }

  /** A process's last words say more than how it ended. */
  #describe(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const isAboutProcess =
      this.#startsProcesses && error instanceof LinkError && !isAuthFailure(error);
    const words = isAboutProcess ? this.#stderr.last : undefined;
    if (words === undefined) return this.#redact(message);
    return this.#redact(`${message}; stderr: ${words.slice(0, MAX_STDERR_IN_REASON)}`);
  }

  async #closeAll(drainTimeoutMs: number): Promise<void> {
    await Promise.all([this.#primary.close(drainTimeoutMs), this.#scoped.clear(drainTimeoutMs)]);
  }

  #announce(): void {
    const status = this.status();
    const { state, reason, tools } = status;
    const isTrouble = ["disconnected", "needs-auth", "degraded"].includes(state);
    this.#deps.log[isTrouble ? "warn" : "info"](
      { state, tools, ...(reason !== undefined && { reason }) },
      "The server's state has changed.",
    );
    this.#deps.onState(status);
  }
}

/** A lost connection or session is opened anew once; the call goes again if it does no harm. */
function isReplayable(
  error: unknown,
  call: { readonly connection: Connection; readonly safe: boolean },
): boolean {
  if (!(error instanceof LinkError) || call.connection.lost === undefined) return false;
  const isLoss = ["closed", "connect", "session-expired"].includes(error.kind);
  return isLoss && (call.safe || !error.reached);
}

/** Whatever went wrong while connecting: the call itself was not sent. */
function asUnsent(error: unknown): unknown {
  if (!(error instanceof LinkError) || error.kind === "unauthorised") return error;
  const { retryAfterMs } = error;
  return new LinkError("connect", error.message, {
    reached: false,
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
