import type { CacheScope } from "../../core/cache/index.ts";
import type { Clock } from "../../kernel/clock.ts";

/** What Redis and the other replicas have yet to be told. */
export interface Debt {
  readonly scopes: Set<CacheScope>;
  readonly keys: Set<string>;
  /** Too many to name: everything is void. */
  readonly isAll: boolean;
}

/** Scopes and keys that are named; beyond that, everything is voided when Redis is back. */
const MAX_NAMED = 10_000;

/**
 * How long what Redis has confirmed may still be lost, in milliseconds: it passes writes on to its
 * replicas after it has answered, and one of them may take its place.
 */
const UNSURE_MS = 10_000;

/** Remembers what could not be told. Nothing may be read while something waits here. */
export class OwedInvalidations {
  readonly #clock: Pick<Clock, "monotonic">;
  #waiting = emptyDebt();
  readonly #onTheWay = new Set<Debt>();
  /** Debts of the last seconds, oldest first. */
  #paid: { readonly debt: Debt; readonly at: number }[] = [];

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Whether something waits that is not on its way either. */
  get isWaiting(): boolean {
    const { scopes, keys, isAll } = this.#waiting;
    return isAll || scopes.size > 0 || keys.size > 0;
  }

  owe(scopes: Iterable<CacheScope>, keys: Iterable<string>): void {
    this.#waiting = merged(this.#waiting, { scopes, keys, isAll: false });
  }

  /** Takes all that waits; it stays owed until `paid`. */
  take(): Debt {
    const debt = this.#waiting;
    this.#waiting = emptyDebt();
    this.#onTheWay.add(debt);
    return debt;
  }

  paid(debt: Debt): void {
    this.#onTheWay.delete(debt);
    const at = this.#clock.monotonic();
    const last = this.#paid.at(-1);
    // One entry for a whole second: their number is bounded, whatever is written.
    if (last === undefined || at - last.at > UNSURE_MS / 10) this.#paid.push({ debt, at });
    else this.#paid[this.#paid.length - 1] = { debt: merged(last.debt, debt), at: last.at };
    this.#forgetSure(at);
  }

  /** The connection was lost: what was on its way, or has only just arrived, waits again. */
  giveBack(): void {
    this.#forgetSure(this.#clock.monotonic());
    for (const debt of [...this.#onTheWay, ...this.#paid.map((paid) => paid.debt)]) {
      this.#waiting = merged(this.#waiting, debt);
    }
    this.#onTheWay.clear();
    this.#paid = [];
  }

  #forgetSure(now: number): void {
    // An entry holds what was paid up to a second after its time.
    this.#paid = this.#paid.filter(({ at }) => now - at <= UNSURE_MS * 1.1);
  }
}

function emptyDebt(): Debt {
  return { scopes: new Set(), keys: new Set(), isAll: false };
}

interface DebtLike {
  readonly scopes: Iterable<CacheScope>;
  readonly keys: Iterable<string>;
  readonly isAll: boolean;
}

/** Adds the second debt to the first. */
function merged(debt: Debt, { scopes, keys, isAll }: DebtLike): Debt {
  if (debt.isAll || isAll) return { ...emptyDebt(), isAll: true };
  for (const scope of scopes) debt.scopes.add(scope);
  for (const key of keys) debt.keys.add(key);
  if (debt.scopes.size + debt.keys.size <= MAX_NAMED) return debt;
  return { ...emptyDebt(), isAll: true };
}
