import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import { principalKey } from "../../access/index.ts";
import { canonicalJson, endingOfAbort, type Call, type Ending } from "../../calls/index.ts";
import type { Claim, SharedTier } from "../shared/shared-tier.ts";
import type { Ask } from "./ask.ts";
import type { Keeper } from "./keeper.ts";
import type { Found, LookUps } from "./look-ups.ts";
import { within } from "./within.ts";

export interface FlightsDeps {
  readonly lookUps: LookUps;
  readonly keeper: Keeper;
  readonly sharedTier: SharedTier | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of what was found, when it is known who is answered with it. */
  readonly onFound: (ask: Ask, found: Found) => Ending;
}

/** What the tiers behind memory said: an answer, or leave to make the call. */
type Looked = { readonly found: Found } | { readonly found?: undefined; readonly claim: Claim };

interface Flight {
  /** Calls of the same key with the same `who` are one to single-flight. */
  readonly who: string;
  readonly generation: number;
  readonly looked: Promise<Looked>;
  /** Resolves when the call that was made has ended and its answer is kept. */
  readonly ended: Promise<unknown>;
}

/**
 * Calls that memory could not answer, one for each key at a time: the first looks further and, where
 * nothing is found, makes the call; others wait for what it finds. Equal ones of the same principal
 * then share its call (single-flight sees to it), the rest wait for its answer. Nobody waits for
 * another's call longer than `leaseWaitMs`, or half of what is left of its own time.
 */
export class Flights {
  readonly #flights = new Map<string, Flight>();
  readonly #leaseWaitMs: number;
  readonly #deps: FlightsDeps;

  constructor(leaseWaitMs: number, deps: FlightsDeps) {
    this.#leaseWaitMs = leaseWaitMs;
    this.#deps = deps;
  }

  run(ask: Ask): Promise<Ending> {
    const flight = this.#flights.get(ask.key);
    if (flight === undefined || flight.generation !== ask.generation) return this.#lead(ask);
    return this.#follow(ask, flight);
  }

  #lead(ask: Ask): Promise<Ending> {
    const looked = this.#look(ask);
    const ending = looked.then((what) => this.#finish(ask, what));
    const who = whoOf(ask);
    const ended = ending.then(undefined, () => undefined);
    const flight: Flight = { who, generation: ask.generation, looked, ended };
    this.#flights.set(ask.key, flight);
    const end = (): void => {
      if (this.#flights.get(ask.key) === flight) this.#flights.delete(ask.key);
    };
    void ended.then(end);
    return ending;
  }

  async #follow(ask: Ask, flight: Flight): Promise<Ending> {
    const { clock, lookUps } = this.#deps;
    const looked = await within(flight.looked, this.#patienceOf(ask.call), clock);
    if (looked?.found !== undefined) return this.#finish(ask, looked);
    if (looked !== undefined && flight.who !== whoOf(ask)) {
      await within(flight.ended, this.#patienceOf(ask.call), clock);
      const found = lookUps.freshInMemory(ask);
      if (found !== undefined) return this.#deps.onFound(ask, found);
    }
    const generation = looked?.claim.generation;
    return this.#finish(ask, { claim: generation === undefined ? {} : { generation } });
  }

  async #finish(ask: Ask, looked: Looked): Promise<Ending> {
    if (looked.found !== undefined) return this.#deps.onFound(ask, looked.found);
    const { signal } = ask.call;
    if (signal.aborted) {
      this.#deps.sharedTier?.giveBack(looked.claim);
      return endingOfAbort(signal);
    }
    return this.#deps.keeper.fill(ask, looked.claim);
  }

  async #look(ask: Ask): Promise<Looked> {
    const { lookUps, sharedTier } = this.#deps;
    try {
      const { found, generation } = await lookUps.behindMemory(ask);
      if (found !== undefined) return { found };
      const claim = (await sharedTier?.claim(ask.key, generation)) ?? {};
      return claim === "held" ? await this.#awaitOther(ask) : { claim };
    } catch (error) {
      const fields = { err: error, tool: ask.call.tool.id };
      this.#deps.log.error(fields, "A look-up in the caches ended in a bug.");
      return { claim: {} };
    }
  }

  /** Another replica makes the call. */
  async #awaitOther(ask: Ask): Promise<Looked> {
    const { lookUps, sharedTier } = this.#deps;
    await sharedTier?.released(ask.key, this.#patienceOf(ask.call), ask.call.signal);
    const { found, generation } = await lookUps.inShared(ask);
    if (found !== undefined) return { found };
    return { claim: generation === undefined ? {} : { generation } };
  }

  #patienceOf({ deadlineAt }: Call): number {
    const leftMs = deadlineAt - this.#deps.clock.monotonic();
    return Math.max(0, Math.min(this.#leaseWaitMs, leftMs / 2));
  }
}

/** With what of a call its key may leave out: its principal, and arguments that have no part in the answer. */
function whoOf({ call, caching }: Ask): string {
  const who = principalKey(call.principal);
  if (caching.keyRules.ignored.size === 0) return who;
  return `${who}\0${canonicalJson(call.request.arguments)}`;
}
