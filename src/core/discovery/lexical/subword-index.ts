import { LRUCache } from "lru-cache";
import { characterGrams } from "../text/character-grams.ts";

const SHORTEST_GRAM = 3;
const LONGEST_GRAM = 4;
const MAX_CACHED = 4_096;
/** Shorter words, and words with digits, are like too many others that mean something else. */
const SPELLABLE = /^[^\p{N}]{4,}$/u;

/** A term of the vocabulary that is spelt like another; similarity in (0, 1]. */
export interface SimilarTerm {
  readonly term: string;
  readonly similarity: number;
}

export interface SubwordOptions {
  /** Terms less similar are left out; 0–1. */
  readonly minSimilarity: number;
  /** The same for words that are no term themselves, and so likely misspelt; 0–1. */
  readonly minSimilarityOfUnknown: number;
  /** At most so many terms for one word. */
  readonly maxTerms: number;
}

/**
 * The vocabulary by its character n-grams, for words that are misspelt, compounded or cut off.
 * Similarity is the cosine of the sets of 3–4-grams, word boundaries included.
 */
export class SubwordIndex {
  readonly #options: SubwordOptions;
  readonly #ids = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #gramCounts: number[] = [];
  readonly #freeIds: number[] = [];
  readonly #idsByGram = new Map<string, number[]>();
  readonly #found = new LRUCache<string, readonly SimilarTerm[]>({ max: MAX_CACHED });
  #shared = new Uint8Array(256);

  constructor(options: SubwordOptions) {
    this.#options = options;
  }

  /** Adds a term that is not in the vocabulary yet. */
  add(term: string): void {
    const id = this.#freeIds.pop() ?? this.#terms.length;
    const grams = gramsOf(term);
    this.#ids.set(term, id);
    this.#terms[id] = term;
    this.#gramCounts[id] = grams.length;
    for (const gram of grams) {
      const ids = this.#idsByGram.get(gram);
      if (ids === undefined) this.#idsByGram.set(gram, [id]);
      else ids.push(id);
    }
    if (id >= this.#shared.length) this.#shared = new Uint8Array(id * 2);
    this.#found.clear();
  }

  /** Takes a term out; an unknown one is ignored. */
  remove(term: string): void {
    const id = this.#ids.get(term);
    if (id === undefined) return;
    for (const gram of gramsOf(term)) this.#removeGram(gram, id);
    this.#ids.delete(term);
    this.#freeIds.push(id);
    this.#found.clear();
  }

  /** Other terms spelt like this one, most similar first. */
  similar(term: string): readonly SimilarTerm[] {
    const kept = this.#found.get(term);
    if (kept !== undefined) return kept;
    const found = this.#search(term);
    this.#found.set(term, found);
    return found;
  }

  #search(term: string): readonly SimilarTerm[] {
    if (!SPELLABLE.test(term)) return [];
    const grams = gramsOf(term);
    const own = this.#ids.get(term);
    const shared = this.#shared;
    // The least square of a count that makes two terms similar, for each n-gram of the other.
    const { minSimilarity, minSimilarityOfUnknown } = this.#options;
    const least = (own === undefined ? minSimilarityOfUnknown : minSimilarity) ** 2 * grams.length;
    const found: SimilarTerm[] = [];
    for (const id of this.#countShared(grams)) {
      const count = shared[id]!;
      shared[id] = 0;
      const size = this.#gramCounts[id]!;
      if (count * count < least * size || id === own) continue;
      found.push({ term: this.#terms[id]!, similarity: count / Math.sqrt(grams.length * size) });
    }
    return found.toSorted(bySimilarity).slice(0, this.#options.maxTerms);
  }

  /** Counts into `#shared` how many of the grams each term has; gives the terms with any. */
  #countShared(grams: readonly string[]): readonly number[] {
    const shared = this.#shared;
    const touched: number[] = [];
    for (const gram of grams) {
      for (const id of this.#idsByGram.get(gram) ?? []) {
        if (shared[id] === 0) touched.push(id);
        shared[id]! += 1;
      }
    }
    return touched;
  }

  #removeGram(gram: string, id: number): void {
    const ids = this.#idsByGram.get(gram);
    if (ids === undefined) return;
    const last = ids.pop();
    if (last !== undefined && last !== id) ids[ids.indexOf(id)] = last;
    if (ids.length === 0) this.#idsByGram.delete(gram);
  }
}

function bySimilarity(a: SimilarTerm, b: SimilarTerm): number {
  return b.similarity - a.similarity || (a.term < b.term ? -1 : 1);
}

function gramsOf(term: string): string[] {
  return characterGrams(term, SHORTEST_GRAM, LONGEST_GRAM);
}
