import { LRUCache } from "lru-cache";
import { isGatewayError, type GatewayError } from "../../../kernel/errors.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Ending } from "../../calls/index.ts";

/** Between `tool` and the verdict there is room for its name, but for no other thing that is missing. */
const SAYS_ABSENT =
  /\b(?:unknown|no such) tool\b|\btool[: ]+(?:\S{1,200} +)?(?:is |was )?(?:not found|unknown|does not exist)\b/i;
/** Longest message that is read, and kept, in characters. */
const MAX_MESSAGE = 500;
const MAX_CALLS = 1_000;

interface Absence {
  readonly error: GatewayError;
  readonly until: number;
  readonly generation: number;
}

/**
 * Remembers for a while that a server says it has no such tool, so that it is not asked again at
 * once. Remembered by the call's key: servers use the same words for what a tool did not find.
 */
export class AbsentTools {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #absences = new LRUCache<string, Absence>({ max: MAX_CALLS });

  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  /** The answer given before, if it still holds; cheap while there is none at all. */
  find(key: string, generation: number): GatewayError | undefined {
    if (this.#absences.size === 0) return undefined;
    const absence = this.#absences.get(key);
    if (absence === undefined) return undefined;
    if (absence.generation === generation && this.#clock.monotonic() < absence.until) {
      return absence.error;
    }
    this.#absences.delete(key);
    return undefined;
  }

  /** Takes note of an ending that says so; of all others there is nothing to note. */
  note(key: string, ending: Ending, generation: number): void {
    if (this.#ttlMs === 0 || ending.kind !== "failure" || !saysAbsent(ending.error)) return;
    const until = this.#clock.monotonic() + this.#ttlMs;
    this.#absences.set(key, { error: ending.error, until, generation });
  }
}

/** Whether a server says in the protocol's words that it has no such tool (or no tools at all). */
function saysAbsent(error: GatewayError): boolean {
  if (!isGatewayError(error, "upstream-protocol")) return false;
  const { rpcCode, rpcData } = error.data;
  // Nothing large is kept.
  if (error.message.length > MAX_MESSAGE || rpcData !== undefined) return false;
  if (rpcCode === RPC.methodNotFound) return true;
  return rpcCode === RPC.invalidParams && SAYS_ABSENT.test(error.message);
}
