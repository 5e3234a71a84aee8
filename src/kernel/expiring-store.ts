import type { Clock, Timer } from "./clock.ts";

/** What an expiring store may hold, and how long. */
export interface ExpiringStoreLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly ttlMs: number;
}

/** Values that all live equally long; when there is no room the oldest make way. */
export interface ExpiringStore<Value> extends Disposable {
  /** Adds a value of `bytes` (≤ `maxBytes`) under a new key. */
  add(key: string, value: Value, bytes: number): void;
  get(key: string): Value | undefined;
  /** Those that can be got, oldest first. */
  values(): readonly Value[];
}

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Makes an empty store. One timer drops what has expired, so that nothing is held for nobody. */
export function createExpiringStore<Value>(
  limits: ExpiringStoreLimits,
  { clock }: { readonly clock: Clock },
): ExpiringStore<Value> {
  // Insertion order is age: the first is the first to expire.
  const entries = new Map<string, Entry<Value>>();
  let bytesHeld = 0;
  let timer: Timer | undefined;

  function dropWhile(isDue: (entry: Entry<Value>) => boolean): void {
    for (const [key, entry] of entries) {
      if (!isDue(entry)) return;
      entries.delete(key);
      bytesHeld -= entry.bytes;
    }
  }

  function dropExpired(): void {
    const now = clock.now();
    dropWhile((entry) => entry.expiresAt <= now);
    timer?.[Symbol.dispose]();
    const [oldest] = entries.values();
    timer = oldest && clock.after(Math.max(1, oldest.expiresAt - now), dropExpired);
  }

  return {
    add(key, value, bytes) {
      dropWhile(() => bytesHeld + bytes > limits.maxBytes || entries.size >= limits.maxEntries);
      entries.set(key, { value, bytes, expiresAt: clock.now() + limits.ttlMs });
      bytesHeld += bytes;
      dropExpired();
    },
    get(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.expiresAt > clock.now() ? entry.value : undefined;
    },
    values() {
      const now = clock.now();
      const living = [...entries.values()].filter(({ expiresAt }) => expiresAt > now);
      return living.map(({ value }) => value);
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      entries.clear();
      bytesHeld = 0;
    },
  };
}
