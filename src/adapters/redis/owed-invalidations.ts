import type { CacheScope } from "../../core/cache/index.ts";

/** What Redis and the other replicas have yet to be told. */
export interface Debt {
  readonly scopes: Set<CacheScope>;
  readonly keys: Set<string>;
  /** Too many to name: everything is void. */
  isAll: boolean;
}

/** Scopes and keys that are named; beyond that, everything is voided when Redis is back. */
const MAX_NAMED = 10_000;

/** Remembers what could not be told. Nothing may be read while something waits here. */
export class OwedInvalidations {
  #waiting = emptyDebt();
  readonly #onTheWay = new Set<Debt>();

  /** Whether something waits that is not on its way either. */
  get isWaiting(): boolean {
    const { scopes, keys, isAll } = this.#waiting;
    return isAll || scopes.size > 0 || keys.size > 0;
  }

  owe(scopes: Iterable<CacheScope>, keys: Iterable<string>): void {
    const waiting = this.#waiting;
    if (waiting.isAll) return;
    for (const scope of scopes) waiting.scopes.add(scope);
    for (const key of keys) waiting.keys.add(key);
    if (waiting.scopes.size + waiting.keys.size <= MAX_NAMED) return;
    this.#waiting = { ...emptyDebt(), isAll: true };
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
  }

  /** What is on its way will not arrive, or nobody will know: it waits again. */
  giveBack(): void {
    for (const { scopes, keys, isAll } of this.#onTheWay) {
      if (isAll) this.#waiting = { ...emptyDebt(), isAll };
      else this.owe(scopes, keys);
    }
    this.#onTheWay.clear();
  }
}

function emptyDebt(): Debt {
  return { scopes: new Set(), keys: new Set(), isAll: false };
}
