import { childAbort } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Connection } from "./connection.ts";
import { LinkError } from "./link.ts";

/** What a slot's owner does for it, and hears of it. */
export interface SlotDeps {
  readonly clock: Clock;
  /** How long calls under way may finish on a connection that is lost: over HTTP others may be well. */
  readonly drainTimeoutMs: number;
  open(signal: AbortSignal): Promise<Connection>;
  onOpened(connection: Connection): void;
  onFailed(error: unknown): void;
  onLost(reason: LinkError, connection: Connection): void;
  /** Hears that the connection was closed because it was idle. */
  onIdle(): void;
  /** How long a connection may be idle before it is closed, in ms; 0 for ever. */
  idleMs(connection: Connection): number;
}

/** The place of one connection: everybody's, a session's or a principal's. */
export interface Slot extends AsyncDisposable {
  readonly connection: Connection | undefined;
  readonly isConnecting: boolean;
  /**
   * Gives the connection, or joins or starts the attempt to open one. The attempt belongs to the
   * slot: it goes on when the caller stops waiting.
   */
  connect(): Promise<Connection>;
  /** Puts another connection in the place of the present one, which may finish its calls. */
  replace(connection: Connection, drainTimeoutMs: number): void;
  /** Closes the connection, after its calls or `drainTimeoutMs`, and ends an attempt under way. */
  clear(drainTimeoutMs: number): Promise<void>;
}

/** Makes an empty slot. */
export function createSlot(deps: SlotDeps): Slot {
  return new ConnectionSlot(deps);
}

class ConnectionSlot implements Slot {
  readonly #deps: SlotDeps;
  readonly #closing = new Set<Promise<void>>();
  /** Resolves when no process of a former connection is left. */
  #processesGone: Promise<void> = Promise.resolve();
  #abort = childAbort();
  #attempt: Promise<Connection> | undefined;
  #idleTimer: Timer | undefined;
  connection: Connection | undefined;

  constructor(deps: SlotDeps) {
    this.#deps = deps;
  }

  get isConnecting(): boolean {
    return this.#attempt !== undefined;
  }

  connect(): Promise<Connection> {
    if (this.connection !== undefined) return Promise.resolve(this.connection);
    this.#attempt ??= this.#open(this.#abort.signal);
    return this.#attempt;
  }

  replace(connection: Connection, drainTimeoutMs: number): void {
    const former = this.connection;
    this.#take(connection);
    if (former !== undefined) this.#close(former, drainTimeoutMs);
  }

  async clear(drainTimeoutMs: number): Promise<void> {
    const { connection } = this;
    const message = "the server's connections are being closed";
    this.#abort.abort(new LinkError("closed", message, { reached: false }));
    this.#abort = childAbort();
    this.#idleTimer?.[Symbol.dispose]();
    this.connection = undefined;
    if (connection !== undefined) this.#close(connection, drainTimeoutMs);
    const attempt = this.#attempt;
    this.#attempt = undefined;
    await attempt?.catch(() => undefined);
    await Promise.all(this.#closing);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear(0);
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    // Two processes of one server would quarrel over its files and ports. Waiting also lets the owner
    // know of the attempt before it can hear how it ended.
    await this.#processesGone;
    try {
      const connection = await this.#deps.open(signal);
      if (signal.aborted) {
        await connection[Symbol.asyncDispose]();
        throw signal.reason;
      }
      this.#attempt = undefined;
      this.#take(connection);
      return connection;
    } catch (error) {
      if (!signal.aborted) {
        this.#attempt = undefined;
        this.#deps.onFailed(error);
      }
      throw error;
    }
  }

  #take(connection: Connection): void {
    this.connection = connection;
    this.#watchIdle(connection);
    this.#deps.onOpened(connection);
    connection.onLost((reason) => {
      if (this.connection !== connection) return;
      this.connection = undefined;
      this.#idleTimer?.[Symbol.dispose]();
      this.#close(connection, this.#deps.drainTimeoutMs);
      this.#deps.onLost(reason, connection);
    });
  }

  /** Timers are set by the idle time, never by calls. */
  #watchIdle(connection: Connection): void {
    this.#idleTimer?.[Symbol.dispose]();
    const limitMs = this.#deps.idleMs(connection);
    if (limitMs <= 0) return;
    const check = (): void => {
      if (this.connection !== connection) return;
      const idleMs = this.#deps.clock.monotonic() - connection.lastUsedAt;
      if (connection.inFlight > 0 || idleMs < limitMs) {
        const nextMs = connection.inFlight > 0 ? limitMs : limitMs - idleMs;
        this.#idleTimer = this.#deps.clock.after(nextMs, check);
        return;
      }
      this.connection = undefined;
      this.#close(connection, 0);
      this.#deps.onIdle();
    };
    this.#idleTimer = this.#deps.clock.after(limitMs, check);
  }

  #close(connection: Connection, drainTimeoutMs: number): void {
    const closing = (async () => {
      if (drainTimeoutMs > 0) await connection.drained(drainTimeoutMs);
      await connection[Symbol.asyncDispose]();
    })()
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    if (connection.endpoint.launch === undefined) return;
    this.#processesGone = Promise.all([this.#processesGone, closing]).then(() => undefined);
  }
}
