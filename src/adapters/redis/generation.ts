import type { CacheScope } from "../../core/cache/index.ts";

/** What a look-up learns beside the entry: the time by Redis' clock, and where the scopes stand. */
export interface Generation {
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** The scopes with epoch and generations, as one text that is equal for equal ones. */
  readonly stamp: string;
}

/** Writes epoch and generations (null: never invalidated) of these scopes as a text. */
export function stampOf(
  epoch: string,
  generations: readonly (Buffer | null)[],
  scopes: readonly CacheScope[],
): string {
  let text = epoch;
  for (const count of generations) text += count === null ? ",0" : `,${count.toString("latin1")}`;
  return JSON.stringify([text, ...scopes]);
}

/**
 * Reads a stamp.
 * @returns `undefined` for a text that is none.
 */
export function readStamp(
  stamp: string,
): { readonly generations: string; readonly scopes: readonly CacheScope[] } | undefined {
  try {
    const [generations, ...scopes] = JSON.parse(stamp) as readonly string[];
    return generations === undefined ? undefined : { generations, scopes };
  } catch {
    return undefined;
  }
}

/** The opaque form that goes through the core. */
export function formatGeneration({ askedAt, stamp }: Generation): string {
  return `${askedAt}${stamp}`;
}

/** Undoes `formatGeneration`; `undefined` for what it has not made. */
export function readGeneration(text: string): Generation | undefined {
  const at = text.indexOf("[");
  const askedAt = Number(text.slice(0, at));
  return at < 1 || !Number.isFinite(askedAt) ? undefined : { askedAt, stamp: text.slice(at) };
}
