import type { CacheHit } from "./outcome.ts";

/** What is told of a cached answer, as JSON; the original arguments keep their bytes. */
export function encodeCacheHit({ originalArguments, ...facts }: CacheHit): string {
  const text = JSON.stringify(facts);
  if (originalArguments === undefined) return text;
  const original = Buffer.from(originalArguments.bytes).toString("utf8");
  return `${text.slice(0, -1)},"originalArguments":${original}}`;
}
