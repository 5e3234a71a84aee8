import { LRUCache } from "lru-cache";
import { isGatewayError, type GatewayError } from "../../../kernel/errors.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Ending } from "../../calls/index.ts";

const SAYS_ABSENT =
  /\b(?:unknown|no such) tool\b|\btool\b.{0,200}\b(?:not found|does not exist|unknown)\b/i;
/** How much of a message is read, in characters. */
const MAX_MESSAGE = 500;
const MAX_TOOLS = 1_000;

interface Absence {
  readonly error: GatewayError;
  readonly until: number;
  readonly generation: number;
}

/** Remembers for a while that a server says it has no such tool, so that it is not asked again at once. */
export class AbsentTools {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #absences = new LRUCache<string, Absence>({ max: MAX_TOOLS });

  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  /** The answer given before, if it still holds; cheap while there is none at all. */
  find(partition: string, generation: number): GatewayError | undefined {
    if (this.#absences.size === 0) return undefined;
    const absence = this.#absences.get(partition);
    if (absence === undefined) return undefined;
    if (absence.generation === generation && this.#clock.monotonic() < absence.until) {
      return absence.error;
    }
    this.#absences.delete(partition);
    return undefined;
  }

  /** Takes note of an ending that says so; of all others there is nothing to note. */
  note(partition: string, ending: Ending, generation: number): void {
    if (this.#ttlMs === 0 || ending.kind !== "failure" || !saysAbsent(ending.error)) return;
    const until = this.#clock.monotonic() + this.#ttlMs;
    this.#absences.set(partition, { error: ending.error, until, generation });
  }
}

/** Whether a server says in the protocol's words that it has no such tool (or no tools at all). */
export function saysAbsent(error: GatewayError): boolean {
  if (!isGatewayError(error, "upstream-protocol")) return false;
  const { rpcCode } = error.data;
  if (rpcCode === RPC.methodNotFound) return true;
  return rpcCode === RPC.invalidParams && SAYS_ABSENT.test(error.message.slice(0, MAX_MESSAGE));
}
