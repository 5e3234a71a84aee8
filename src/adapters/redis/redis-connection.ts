import type { SharedCacheStatus } from "../../core/cache/index.ts";
import { sleep, type Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import { createTypedEvents, type TypedEvents } from "../../kernel/typed-events.ts";
import type { CommandClient } from "./redis-clients.ts";
import { RedisSession, type SessionTerms } from "./redis-session.ts";
import { describeTrouble, RedisAwayError, refusesEntries } from "./redis-trouble.ts";
import type { Room } from "./room.ts";

/** What a connection needs from outside. */
export interface ConnectionDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What its owner does when it comes and goes. */
export interface ConnectionHooks {
  /** Runs on every new session before it serves; when it fails, the session is given up. */
  readonly prepare: (session: RedisSession) => Promise<void>;
  /** Messages may have been missed. */
  readonly onBack: () => void;
  /** From now on it can be asked. */
  readonly onReady: () => void;
  /** What was under way has failed, or is about to. */
  readonly onLost: () => void;
}

/** First pause between attempts, in milliseconds; each one doubles it. */
const RETRY_MS = 200;
/** A session that lived so long counts as recovered: the pauses begin anew. Milliseconds. */
const STABLE_MS = 10_000;

/** Keeps a session with Redis, and says whether there is one. Comes back by itself. */
export class RedisConnection implements AsyncDisposable {
  readonly #terms: SessionTerms;
  readonly #deps: ConnectionDeps;
  readonly #hooks: ConnectionHooks;
  readonly #closing = new AbortController();
  readonly #events: TypedEvents<{ status: SharedCacheStatus }>;
  readonly #running: Promise<void>;
  #session: RedisSession | undefined;
  #status: SharedCacheStatus;

  constructor(terms: Omit<SessionTerms, "onRoom">, deps: ConnectionDeps, hooks: ConnectionHooks) {
    this.#terms = { ...terms, onRoom: (room) => this.#setRoom(room) };
    this.#deps = deps;
    this.#hooks = hooks;
    this.#events = createTypedEvents((error) => {
      deps.log.error({ err: error }, "A listener of the shared cache's state failed.");
    });
    this.#status = { state: "connecting", target: terms.place.target, since: deps.clock.now() };
    this.#running = this.#keepUp();
  }

  get status(): SharedCacheStatus {
    return this.#status;
  }

  /** The session in use; `undefined` when there is none. */
  get session(): RedisSession | undefined {
    return this.#session?.isLost === false ? this.#session : undefined;
  }

  /**
   * Asks Redis for something.
   * @throws RedisAwayError at once when it is away; whatever the session throws.
   */
  ask<Answer>(command: (client: CommandClient) => Promise<Answer>): Promise<Answer> {
    const session = this.session;
    if (session === undefined) return Promise.reject(new RedisAwayError("it is away"));
    return session.ask(command).catch((error: unknown) => {
      this.noteRefusal(error);
      throw error;
    });
  }

  onStatus(listener: (status: SharedCacheStatus) => void): Disposable {
    return this.#events.on("status", listener);
  }

  /** Says in the status that nothing is taken, if that is what the error means. */
  noteRefusal(error: unknown): void {
    if (refusesEntries(error)) this.#setRoom(error);
  }

  /** Something was taken. Where Redis can be asked for room, its own word counts, for all nodes. */
  noteKept(): void {
    if (this.session?.room === "unknown") this.#setRoom("free");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new RedisAwayError("it was closed"));
    this.#session?.[Symbol.dispose]();
    await this.#running;
  }

  async #keepUp(): Promise<void> {
    const { clock, random, log } = this.#deps;
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const startedAt = clock.monotonic();
      const error = await this.#live(signal);
      if (signal.aborted) return;
      if (clock.monotonic() - startedAt > STABLE_MS) attempt = 0;
      this.#goAway(error);
      const pauseMs = Math.min(RETRY_MS * 2 ** attempt, this.#terms.options.retryMaxMs);
      log.debug({ pauseMs }, "Redis is tried again later.");
      await sleep(clock, pauseMs * (0.5 + random.next() / 2), signal).catch(() => undefined);
    }
  }

  /** Opens a session and waits for its end, which it tells the reason of. */
  async #live(signal: AbortSignal): Promise<unknown> {
    try {
      using session = await RedisSession.open(this.#terms, this.#deps.clock, signal);
      await this.#hooks.prepare(session);
      if (this.#status.state === "away") this.#hooks.onBack();
      this.#session = session;
      this.#hooks.onReady();
      this.#setStatus("ready");
      const { target } = this.#status;
      this.#deps.log.info({ target }, "The shared cache is ready.");
      this.#setRoom(session.room);
      return await session.lost;
    } catch (error) {
      return error;
    } finally {
      this.#session = undefined;
      this.#hooks.onLost();
    }
  }

  #setRoom(room: Room): void {
    const { state, target, reason: known } = this.#status;
    if (state !== "ready" || room === "unknown") return;
    const reason = room === "free" ? undefined : describeTrouble(room, this.#terms);
    // Redis words its refusals differently from command to command.
    if ((reason === undefined) === (known === undefined)) return;
    if (reason === undefined) this.#deps.log.info({ target }, "Redis takes entries again.");
    else this.#deps.log.warn({ target, reason }, "Redis answers, but takes no entries.");
    this.#setStatus("ready", reason);
  }

  #goAway(error: unknown): void {
    const reason = describeTrouble(error, this.#terms);
    if (this.#status.state === "away" && this.#status.reason === reason) return;
    const { target } = this.#status;
    this.#deps.log.warn({ target, reason }, "The shared cache is away; calls go on without it.");
    this.#setStatus("away", reason);
  }

  #setStatus(state: SharedCacheStatus["state"], reason?: string): void {
    const { target } = this.#status;
    const since = this.#status.state === state ? this.#status.since : this.#deps.clock.now();
    this.#status = { state, target, since, ...(reason !== undefined && { reason }) };
    this.#events.emit("status", this.#status);
  }
}
