/** Shorter values would turn up everywhere in a log and hide nothing that a guess would not find. */
const MIN_LENGTH = 6;

const PLAIN_VALUES = /^(true|false|\d{1,5}|development|production|localhost)$/i;

/** The values to keep out of logs, each once, longest first so that none is cut by a shorter one. */
export function listSecrets(values: readonly string[]): string[] {
  const kept = values.filter((value) => value.length >= MIN_LENGTH && !PLAIN_VALUES.test(value));
  return [...new Set(kept)].toSorted((a, b) => b.length - a.length);
}
