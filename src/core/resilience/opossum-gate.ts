import { EventEmitter } from "node:events";
import CircuitBreaker from "opossum";

/** A gate that work passes while it is closed, and that somebody else opens and closes. */
export interface Gate extends Disposable {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
  /** Runs the work; rejects with the work's own error, or with opossum's when the gate is open. */
  fire<Value>(work: () => Value | Promise<Value>): Promise<Value>;
}

/** The longest delay that a timer takes: opossum's own half-opening, which is not wanted, never comes. */
const NEVER_MS = 2 ** 31 - 1;

/** Runs between two turns of opossum's statistics, which nobody reads; without turns they would grow. */
const RUNS_PER_TURN = 256;

/**
 * Makes a closed gate of opossum, with its thresholds, timeouts and timers off: those read the wall
 * clock, while our controller decides on an injected one.
 */
export function createGate(): Gate {
  const turns = new EventEmitter();
  let runs = 0;
  const breaker = new CircuitBreaker<[work: () => unknown]>((work) => work() as Promise<unknown>, {
    timeout: false,
    resetTimeout: NEVER_MS,
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    rollingCountBuckets: 1,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController: turns,
  });
  breaker.on("halfOpen", () => breaker.open());
  return {
    get isOpen() {
      return breaker.opened;
    },
    open: () => breaker.open(),
    close: () => breaker.close(),
    fire<Value>(work: () => Value | Promise<Value>) {
      runs += 1;
      if (runs % RUNS_PER_TURN === 0) turns.emit("rotate");
      return breaker.fire(work) as Promise<Value>;
    },
    [Symbol.dispose]: () => breaker.shutdown(),
  };
}
