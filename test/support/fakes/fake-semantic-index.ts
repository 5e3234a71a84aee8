import type { RawJson } from "../../../src/kernel/raw-json.ts";
import type { SemanticIndex, SemanticPlace } from "../../../src/core/cache/index.ts";

/** A semantic index whose sense of likeness tests give. */
export interface FakeSemanticIndex extends SemanticIndex {
  readonly keys: readonly string[];
  readonly places: SemanticPlace[];
}

interface Entry {
  readonly place: SemanticPlace;
  readonly args: RawJson;
  readonly key: string;
}

/** `similarity` compares two argument texts; the newest of the most similar is found. */
export function createFakeSemanticIndex(
  similarity: (a: string, b: string) => number,
): FakeSemanticIndex {
  const entries = new Map<string, Entry>();
  const places: SemanticPlace[] = [];
  const textOf = (args: RawJson): string => Buffer.from(args.bytes).toString();
  return {
    places,
    get keys() {
      return [...entries.keys()];
    },
    get size() {
      return entries.size;
    },
    get bytes() {
      return entries.size * 100;
    },
    find(place, args) {
      places.push(place);
      const near = [...entries.values()]
        .filter((entry) => entry.place.partition === place.partition)
        .map((entry) => ({ entry, likeness: similarity(textOf(entry.args), textOf(args)) }))
        .filter(({ likeness }) => likeness >= place.threshold)
        .toSorted((a, b) => b.likeness - a.likeness)[0];
      if (near === undefined) return Promise.resolve(undefined);
      const { key, args: original } = near.entry;
      return Promise.resolve({ key, similarity: near.likeness, arguments: original });
    },
    add(place, args, key) {
      entries.set(key, { place, args, key });
      return Promise.resolve();
    },
    remove: (key) => void entries.delete(key),
    clear: () => entries.clear(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
