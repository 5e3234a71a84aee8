import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { coolDownMs } from "./backoff.ts";
import type { Circuit, GateState } from "./circuits.ts";
import { createGate, type Gate } from "./opossum-gate.ts";
import type { CircuitOptions } from "./options.ts";
import type { Verdict } from "./verdict.ts";

export interface ServerCircuitDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Hears of every change of state, after it. */
  readonly onTransition: (state: GateState) => void;
}

/**
 * The circuit of one server. Closed, it counts failures in a row; open, it turns everything away
 * until the cool-down is over; half-open, it lets one probe through at a time, whose end closes it
 * or opens it for longer. What began before the latest change of state no longer counts.
 */
export class ServerCircuit implements Circuit, Disposable {
  readonly #options: CircuitOptions;
  readonly #deps: ServerCircuitDeps;
  readonly #gate: Gate = createGate();
  #state: GateState = "closed";
  #forced = false;
  #failures = 0;
  /** Openings since the circuit was last closed by a success. */
  #openings = 0;
  #openUntil = 0;
  #probing = false;
  /** Counts changes of state. */
  #epoch = 0;
  #timer: Timer | undefined;

  constructor(options: CircuitOptions, deps: ServerCircuitDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get state(): GateState {
    return this.#state;
  }

  get forced(): boolean {
    return this.#forced;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until a probe is let through; 0 unless open, the longest cool-down when forced. */
  get retryAfterMs(): number {
    if (this.#state !== "open") return 0;
    if (this.#forced) return this.#options.maxCoolDownMs;
    return Math.max(1, Math.ceil(this.#openUntil - this.#deps.clock.monotonic()));
  }

  run<Value>(
    work: () => Value | Promise<Value>,
    judge: (value: Value) => Verdict,
  ): Promise<Value> | undefined {
    if (this.#state === "open" || this.#probing) return undefined;
    if (this.#state === "half-open") return this.#probe(work, judge);
    const epoch = this.#epoch;
    return this.#gate.fire(work).then((value) => {
      if (this.#epoch === epoch) this.#learn(judge(value));
      return value;
    });
  }

  forceOpen(): void {
    this.#forced = true;
    this.#enter("open");
  }

  /** Closes the circuit; how long it opens next time is not forgotten. */
  forceClose(): void {
    this.#close();
  }

  reset(): void {
    this.#openings = 0;
    this.#close();
  }

  [Symbol.dispose](): void {
    this.#epoch += 1;
    this.#timer?.[Symbol.dispose]();
    this.#gate[Symbol.dispose]();
  }

  async #probe<Value>(
    work: () => Value | Promise<Value>,
    judge: (value: Value) => Verdict,
  ): Promise<Value> {
    const epoch = this.#epoch;
    this.#probing = true;
    try {
      const value = await work();
      if (this.#epoch === epoch) this.#learnFromProbe(judge(value));
      return value;
    } finally {
      if (this.#epoch === epoch) this.#probing = false;
    }
  }

  #learn(verdict: Verdict): void {
    if (verdict === "success") this.#failures = 0;
    if (verdict !== "failure") return;
    this.#failures += 1;
    if (this.#failures >= this.#options.failureThreshold) this.#trip();
  }

  #learnFromProbe(verdict: Verdict): void {
    if (verdict === "success") this.reset();
    if (verdict !== "failure") return;
    this.#failures += 1;
    this.#trip();
  }

  #trip(): void {
    this.#openings += 1;
    const { clock, random } = this.#deps;
    const delayMs = coolDownMs(this.#openings, this.#options, random);
    this.#openUntil = clock.monotonic() + delayMs;
    this.#enter("open");
    this.#timer = clock.after(delayMs, () => this.#enter("half-open"));
  }

  #close(): void {
    this.#forced = false;
    this.#failures = 0;
    this.#enter("closed");
  }

  #enter(state: GateState): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#probing = false;
    this.#epoch += 1;
    if (state === "closed") this.#gate.close();
    else this.#gate.open();
    if (state === this.#state) return;
    this.#state = state;
    this.#deps.onTransition(state);
  }
}
