import { abortable, childAbort, type OwnedAbort } from "./abort.ts";

/** Lets equal pieces of work run once while they overlap. */
export interface SingleFlight<Value> {
  /** Pieces of work under way. */
  readonly size: number;
  /**
   * Joins the work under way for `key`, or starts it. The work's signal aborts only when every
   * caller has left: a caller whose own signal aborts does not take the others with it.
   *
   * @returns the value, and whether this caller joined work that another had started.
   * @throws whatever the work throws, or the reason of the caller's own signal.
   */
  run(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<{ value: Value; joined: boolean }>;
}

interface Flight<Value> {
  readonly promise: Promise<Value>;
  readonly abort: OwnedAbort;
  callers: number;
  ended: boolean;
}

/** Makes a single-flight group. Nothing is kept once the work has ended. */
export function createSingleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();

  function start(key: string, work: (signal: AbortSignal) => Promise<Value>): Flight<Value> {
    const abort = childAbort();
    const flight: Flight<Value> = { promise: work(abort.signal), abort, callers: 0, ended: false };
    const end = (): void => {
      flight.ended = true;
      if (flights.get(key) === flight) flights.delete(key);
    };
    flights.set(key, flight);
    flight.promise.then(end, end);
    return flight;
  }

  function leave(key: string, flight: Flight<Value>, reason: unknown): void {
    flight.callers -= 1;
    if (flight.callers > 0 || flight.ended) return;
    if (flights.get(key) === flight) flights.delete(key);
    flight.abort.abort(reason);
  }

  return {
    get size() {
      return flights.size;
    },
    async run(key, signal, work) {
      const existing = flights.get(key);
      const flight = existing ?? start(key, work);
      flight.callers += 1;
      try {
        return { value: await abortable(flight.promise, signal), joined: existing !== undefined };
      } finally {
        leave(key, flight, signal.reason);
      }
    },
  };
}
