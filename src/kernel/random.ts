/** Randomness, injected so that tests can repeat themselves. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An unguessable lower-case hex id of the given number of bytes. */
  hex(bytes: number): string;
}

const POOL_BYTES = 4_096;

/** Randomness from the platform, drawn in large pieces, since small ones cost as much. */
export function createSystemRandom(): Random {
  let pool: Buffer = Buffer.alloc(0);
  return {
    next: () => Math.random(),
    hex(bytes) {
      if (pool.length < bytes) {
        pool = crypto.getRandomValues(Buffer.alloc(Math.max(POOL_BYTES, bytes)));
      }
      const taken = pool.subarray(0, bytes);
      pool = pool.subarray(bytes);
      const text = taken.toString("hex");
      taken.fill(0);
      return text;
    },
  };
}

/** Repeatable randomness for tests (mulberry32). */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    hex: (bytes) =>
      Array.from({ length: bytes }, () =>
        Math.floor(next() * 256)
          .toString(16)
          .padStart(2, "0"),
      ).join(""),
  };
}
