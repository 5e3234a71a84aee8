import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import { isAuthFailure, type AttemptGate } from "./attempt-gate.ts";
import { backoffDelayMs } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { LinkError } from "./link.ts";
import type { UpstreamOptions } from "./options.ts";
import type { ServerSpec } from "./server-spec.ts";
import { createSlot, type Slot } from "./slot.ts";
import type { StateBoard } from "./state-board.ts";
import { createToolListKeeper, type ToolListKeeper } from "./tool-list-keeper.ts";
import type { ToolList } from "./tool-lister.ts";

/**
 * A server's connection that is kept open: it carries the calls of everybody (unless connections are
 * isolated) and the tool list, and what becomes of it is the server's state.
 */
export interface PrimaryConnection extends AsyncDisposable {
  readonly slot: Slot;
  readonly reconnects: number;
  /** Milliseconds until the next attempt, when one is planned. */
  readonly retryInMs: number | undefined;
  /** Opens the connection now, unless it is open or being opened; resolves when that is settled. */
  attempt(): Promise<void>;
  /** Gives way to an attempt that a call makes. */
  stopWaiting(): void;
  /** Closes the connection; `attempt` opens it anew, with all past failures forgotten. */
  close(drainTimeoutMs: number): Promise<void>;
}

export interface PrimaryConnectionDeps {
  readonly board: Pick<StateBoard, "set">;
  readonly gate: AttemptGate;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  spec(): ServerSpec;
  /** Opens a connection to one of the first `endpointCount` endpoints (default all). */
  open(signal: AbortSignal, endpointCount?: number): Promise<Connection>;
  /** Names a failure for people, without secrets. */
  describe(error: unknown): string;
  onReconnect(): void;
  onList(list: ToolList, connection: Connection): void;
}

/** Sessions that are lost one soon after another are opened anew at once only so often. */
const MAX_QUICK_SESSIONS = 3;

/** Makes it; nothing happens before the first `attempt`. */
export function createPrimaryConnection(
  options: UpstreamOptions,
  deps: PrimaryConnectionDeps,
): PrimaryConnection {
  return new Primary(options, deps);
}

class Primary implements PrimaryConnection {
  readonly slot: Slot;
  readonly #options: UpstreamOptions;
  readonly #deps: PrimaryConnectionDeps;
  readonly #keeper: ToolListKeeper;
  #settling: Promise<void> = Promise.resolve();
  #retry: { readonly timer: Timer; readonly at: number } | undefined;
  #failback: Timer | undefined;
  #closing = new AbortController();
  #failures = 0;
  #openedAt: number | undefined;
  reconnects = 0;

  constructor(options: UpstreamOptions, deps: PrimaryConnectionDeps) {
    this.#options = options;
    this.#deps = deps;
    const { clock, random } = deps;
    this.#keeper = createToolListKeeper(options, {
      clock,
      random,
      timeoutMs: () => deps.spec().startupTimeoutMs,
      onList: (list, connection) => this.#onList(list, connection),
      onFailure: (error) => this.#onListFailure(error),
    });
    this.slot = createSlot({
      clock,
      drainTimeoutMs: options.drainTimeoutMs,
      open: (signal) => deps.open(signal),
      onOpened: (connection) => this.#onOpened(connection),
      onFailed: (error) => this.#onFailed(error),
      onLost: (reason) => this.#onLost(reason),
      onIdle: () => this.#onIdle(),
      idleMs: ({ endpoint }) => (endpoint.transport === "stdio" ? deps.spec().idleStopMs : 0),
    });
  }

  get retryInMs(): number | undefined {
    return this.#retry && Math.max(0, this.#retry.at - this.#deps.clock.monotonic());
  }

  async attempt(): Promise<void> {
    this.stopWaiting();
    await this.slot.connect().then(
      () => this.#settling,
      () => undefined,
    );
  }

  stopWaiting(): void {
    this.#retry?.timer[Symbol.dispose]();
    this.#retry = undefined;
  }

  async close(drainTimeoutMs: number): Promise<void> {
    this.#leave();
    this.#failures = 0;
    this.#deps.gate.noteSuccess();
    await this.slot.clear(drainTimeoutMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(this.#options.drainTimeoutMs);
  }

  #leave(): void {
    this.stopWaiting();
    this.#keeper.leave();
    this.#failback?.[Symbol.dispose]();
    this.#closing.abort(new LinkError("closed", "no longer wanted", { reached: false }));
    this.#closing = new AbortController();
  }

  #onOpened(connection: Connection): void {
    this.stopWaiting();
    if (this.#openedAt !== undefined) {
      this.reconnects += 1;
      this.#deps.onReconnect();
    }
    this.#openedAt = this.#deps.clock.monotonic();
    this.#deps.gate.noteSuccess();
    this.#settling = this.#keeper.follow(connection);
    if (connection.endpointIndex > 0) this.#planFailback();
  }

  #onFailed(error: unknown): void {
    this.#failures += 1;
    this.#deps.gate.noteFailure(error);
    this.#away(error);
  }

  #onLost(reason: LinkError): void {
    this.#leave();
    const stoodMs = this.#deps.clock.monotonic() - (this.#openedAt ?? 0);
    this.#failures = stoodMs >= this.#options.stableAfterMs ? 1 : this.#failures + 1;
    if (reason.kind === "session-expired" && this.#failures <= MAX_QUICK_SESSIONS) {
      this.#deps.log.info({ reason: reason.message }, "The session was lost and is opened anew.");
      void this.attempt();
      return;
    }
    this.#deps.gate.noteLoss(reason);
    this.#away(reason);
  }

  #onIdle(): void {
    this.#leave();
    this.#deps.board.set("ready", "stopped while idle; the next call starts it");
  }

  #away(error: unknown): void {
    const state = isAuthFailure(error) ? "needs-auth" : "disconnected";
    this.#deps.board.set(state, this.#deps.describe(error));
    const waitMs = Math.max(this.#backoffMs(error), this.#deps.gate.waitMs());
    const timer = this.#deps.clock.after(waitMs, () => void this.attempt());
    this.#retry = { timer, at: this.#deps.clock.monotonic() + waitMs };
  }

  #backoffMs(error: unknown): number {
    const { backoffInitialMs: initialMs, backoffMaxMs: maxMs } = this.#options;
    if (isAuthFailure(error)) return maxMs;
    const askedMs = error instanceof LinkError ? (error.retryAfterMs ?? 0) : 0;
    const drawnMs = backoffDelayMs({ initialMs, maxMs }, this.#failures, this.#deps.random);
    return Math.max(drawnMs, Math.min(askedMs, maxMs));
  }

  #onList(list: ToolList, connection: Connection): void {
    this.#deps.onList(list, connection);
    const { endpointIndex } = connection;
    if (endpointIndex === 0) this.#deps.board.set("ready");
    else this.#deps.board.set("degraded", `on endpoint ${endpointIndex + 1}, the first being away`);
  }

  #onListFailure(error: unknown): void {
    const reason = `the tool list could not be read: ${this.#deps.describe(error)}`;
    this.#deps.board.set("degraded", reason);
  }

  /** While on a replica the preferred endpoints are tried again now and then. */
  #planFailback(): void {
    this.#failback?.[Symbol.dispose]();
    this.#failback = this.#deps.clock.after(this.#options.backoffMaxMs, () => {
      void this.#tryFailback(this.#closing.signal);
    });
  }

  async #tryFailback(signal: AbortSignal): Promise<void> {
    const current = this.slot.connection;
    if (current === undefined || current.endpointIndex === 0) return;
    try {
      const better = await this.#deps.open(signal, current.endpointIndex);
      const isWanted = this.slot.connection === current && !signal.aborted;
      if (isWanted) this.slot.replace(better, this.#options.drainTimeoutMs);
      else await better[Symbol.asyncDispose]();
    } catch {
      if (!signal.aborted) this.#planFailback();
    }
  }
}
