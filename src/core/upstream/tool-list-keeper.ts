import { childAbort, type OwnedAbort } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { backoffDelayMs } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { createDebounce, type Debounce } from "./debounce.ts";
import { limitedAbort } from "./limited-abort.ts";
import { LinkError } from "./link.ts";
import type { UpstreamOptions } from "./options.ts";
import { followToolChanges } from "./tool-changes.ts";
import { listTools, type ToolList } from "./tool-lister.ts";

/** Keeps a server's tool list up to date while it is connected. */
export interface ToolListKeeper {
  /**
   * Reads the list over this connection, now and whenever it changes, until `leave`. Resolves after
   * the first reading, whether it worked or not.
   */
  follow(connection: Connection): Promise<void>;
  leave(): void;
}

export interface ToolListKeeperDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest time for one reading. */
  timeoutMs(): number;
  onList(list: ToolList, connection: Connection): void;
  onFailure(error: unknown): void;
}

/** Makes a keeper; see the upstream options `list…` and `backoff…`. */
export function createToolListKeeper(
  options: UpstreamOptions,
  deps: ToolListKeeperDeps,
): ToolListKeeper {
  return new Keeper(options, deps);
}

/** A list that says how long it holds is not read again more often than this. */
const MIN_TTL_MS = 60_000;

interface Following {
  readonly connection: Connection;
  readonly abort: OwnedAbort;
}

class Keeper implements ToolListKeeper {
  readonly #options: UpstreamOptions;
  readonly #deps: ToolListKeeperDeps;
  readonly #debounce: Debounce;
  #following: Following | undefined;
  #isReading = false;
  #readAgain = false;
  #failures = 0;
  #timer: Timer | undefined;

  constructor(options: UpstreamOptions, deps: ToolListKeeperDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#debounce = createDebounce(
      { quietMs: options.listDebounceMs, maxWaitMs: options.listMaxWaitMs },
      { clock: deps.clock, run: () => void this.#read() },
    );
  }

  async follow(connection: Connection): Promise<void> {
    this.leave();
    const following = { connection, abort: childAbort() };
    this.#following = following;
    const onChange = (): void => this.#debounce.request();
    connection.onToolsChanged(onChange);
    const { clock, random } = this.#deps;
    void followToolChanges({ connection, onChange, clock, random }, following.abort.signal);
    await this.#read();
  }

  leave(): void {
    this.#following?.abort.abort(new Error("the tool list is not followed any longer"));
    this.#following = undefined;
    this.#failures = 0;
    this.#isReading = false;
    this.#readAgain = false;
    this.#debounce[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    const following = this.#following;
    if (following === undefined) return;
    if (this.#isReading) {
      this.#readAgain = true;
      return;
    }
    this.#isReading = true;
    this.#timer?.[Symbol.dispose]();
    const outcome = await this.#readOnce(following);
    if (this.#following !== following) return;
    this.#isReading = false;
    try {
      if (outcome.kind === "failure") throw outcome.error;
      this.#take(outcome.list, following.connection);
    } catch (error) {
      this.#failed(error);
    }
    if (!this.#readAgain) return;
    this.#readAgain = false;
    this.#debounce.request();
  }

  async #readOnce(
    following: Following,
  ): Promise<{ kind: "list"; list: ToolList } | { kind: "failure"; error: unknown }> {
    const { listMaxPages: maxPages, listMaxTools: maxTools } = this.#options;
    const timeoutMs = this.#deps.timeoutMs();
    const message = `no answer to tools/list within ${timeoutMs} ms`;
    using abort = limitedAbort(following.abort.signal, {
      clock: this.#deps.clock,
      limitMs: timeoutMs,
      reason: () => new LinkError("closed", message, { reached: true }),
    });
    try {
      const limits = { maxPages, maxTools };
      return { kind: "list", list: await listTools(limits, following.connection, abort.signal) };
    } catch (error) {
      return { kind: "failure", error };
    }
  }

  #take(list: ToolList, connection: Connection): void {
    this.#failures = 0;
    this.#deps.onList(list, connection);
    const { identity } = connection.negotiated;
    if (identity.toolsListChanged || list.ttlMs === undefined) return;
    this.#readIn(Math.max(MIN_TTL_MS, list.ttlMs));
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#deps.onFailure(error);
    const { backoffInitialMs, backoffMaxMs } = this.#options;
    const bounds = { initialMs: 2 * backoffInitialMs, maxMs: backoffMaxMs };
    const jitterMs = backoffDelayMs(bounds, this.#failures, this.#deps.random);
    this.#readIn(backoffInitialMs + jitterMs);
  }

  #readIn(delayMs: number): void {
    // Node's timers end at 2^31 - 1 ms.
    this.#timer = this.#deps.clock.after(Math.min(delayMs, 2_147_483_647), () => void this.#read());
  }
}
