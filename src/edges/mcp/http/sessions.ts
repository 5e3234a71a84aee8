import type { Clock } from "../../../kernel/clock.ts";
import type { Random } from "../../../kernel/random.ts";
import { principalKey, type Principal } from "../../../core/access/index.ts";
import type { Revision } from "../../../mcp/revisions.ts";
import { createInFlight, type InFlight } from "../in-flight.ts";
import { toolsChangedFrame } from "../subscription-frames.ts";
import type { Surface } from "../surface.ts";
import type { SseStream } from "./sse-stream.ts";

/** A legacy session over Streamable HTTP. Belongs to the principal and the surface that opened it. */
export interface Session {
  readonly id: string;
  readonly surface: Surface;
  readonly revision: Revision;
  readonly inFlight: InFlight;
  /** The GET stream, while one is open. */
  stream: SseStream | undefined;
}

interface Entry extends Session {
  readonly owner: string;
  readonly changes: Disposable;
  usedAt: number;
}

/** The legacy sessions of this daemon, bounded in number and in idle time. */
export interface Sessions extends Disposable {
  readonly size: number;
  open(opening: { principal: Principal; surface: Surface; revision: Revision }): Session;
  /** The session with this id, if it is this principal's on this surface. */
  find(id: string, principal: Principal, surface: Surface): Session | undefined;
  close(session: Session): void;
}

/** See `McpEdgeOptions`. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly sessionIdleMs: number;
  readonly maxInFlight: number;
}

/** Makes an empty table; a timer ends sessions that are idle for too long. */
export function createSessions(
  limits: SessionLimits,
  deps: { clock: Clock; random: Random },
): Sessions {
  return new SessionTable(limits, deps);
}

class SessionTable implements Sessions {
  /** Insertion order is order of use: the first entry is the one used longest ago. */
  readonly #entries = new Map<string, Entry>();
  readonly #limits: SessionLimits;
  readonly #clock: Clock;
  readonly #random: Random;
  #sweepTimer: Disposable;

  constructor(limits: SessionLimits, deps: { clock: Clock; random: Random }) {
    this.#limits = limits;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#sweepTimer = this.#scheduleSweep();
  }

  get size(): number {
    return this.#entries.size;
  }

  open({ principal, surface, revision }: Parameters<Sessions["open"]>[0]): Session {
    const [first] = this.#entries.values();
    if (this.#entries.size >= this.#limits.maxSessions && first !== undefined) this.#end(first);
    const entry: Entry = {
      id: this.#random.hex(16),
      owner: principalKey(principal),
      surface,
      revision,
      inFlight: createInFlight(this.#limits.maxInFlight),
      stream: undefined,
      changes: surface.onToolsChanged(() => entry.stream?.send(toolsChangedFrame())),
      usedAt: this.#clock.monotonic(),
    };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  find(id: string, principal: Principal, surface: Surface): Session | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.owner !== principalKey(principal)) return undefined;
    if (entry.surface.name !== surface.name) return undefined;
    this.#touch(entry);
    return entry;
  }

  close(session: Session): void {
    const entry = this.#entries.get(session.id);
    if (entry !== undefined) this.#end(entry);
  }

  [Symbol.dispose](): void {
    this.#sweepTimer[Symbol.dispose]();
    for (const entry of this.#entries.values()) this.#end(entry);
  }

  #scheduleSweep(): Disposable {
    return this.#clock.after(this.#limits.sessionIdleMs / 4, () => this.#sweep());
  }

  #sweep(): void {
    const oldest = this.#clock.monotonic() - this.#limits.sessionIdleMs;
    for (const entry of this.#entries.values()) {
      if (entry.usedAt > oldest) break;
      if (entry.stream !== undefined || entry.inFlight.size > 0) this.#touch(entry);
      else this.#end(entry);
    }
    this.#sweepTimer = this.#scheduleSweep();
  }

  #touch(entry: Entry): void {
    entry.usedAt = this.#clock.monotonic();
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
  }

  #end(entry: Entry): void {
    if (!this.#entries.delete(entry.id)) return;
    entry.changes[Symbol.dispose]();
    entry.inFlight.cancelAll();
    entry.stream?.[Symbol.dispose]();
  }
}
