import type { TermWeights } from "../embedder.ts";
import type { Analyser } from "../text/analyser.ts";
import type { ToolDocument } from "../tool-document.ts";
import { PostingList } from "./posting-list.ts";
import { SubwordIndex } from "./subword-index.ts";
import { termWeights } from "./term-weights.ts";

/** Distinct words of a query that are looked at, rarest first. */
const MAX_QUERY_TERMS = 64;
/** Of these, so many are also looked up by spelling. */
const MAX_SPELT_TERMS = 24;
/** What a word that is only spelt alike counts, times its similarity. */
const SPELLING_WEIGHT = 0.3;

const SPELLING = { minSimilarity: 0.5, minSimilarityOfUnknown: 0.35, maxTerms: 8 };

/** What the lexical side says of every slot; valid until the next `match`. */
export interface LexicalMatch {
  /** BM25F by the best that this query could reach: 0–1. */
  readonly coverage: Float32Array;
  /** Cosine of query and document, idf on the query's side only: 0–1. */
  readonly cosine: Float32Array;
  /** Whether any slot is above 0. */
  readonly isEmpty: boolean;
}

/** A query taken apart. */
export interface LexicalQuery {
  readonly stems: readonly string[];
}

/**
 * An inverted index over tools by slot. What is kept of a document depends on that document alone,
 * so an index that grew and shrank is equal to one that is built anew.
 */
export class LexicalIndex implements TermWeights {
  readonly #analyser: Analyser;
  readonly #subwords = new SubwordIndex(SPELLING);
  readonly #postings = new Map<string, PostingList>();
  readonly #documents: (readonly PostingList[] | undefined)[] = [];
  #size = 0;
  #coverage = new Float32Array(64);
  #cosine = new Float32Array(64);

  constructor(analyser: Analyser) {
    this.#analyser = analyser;
  }

  /** Documents that can be found. */
  get size(): number {
    return this.#size;
  }

  /** Adds or replaces the document of a slot. */
  set(slot: number, document: ToolDocument): void {
    this.remove(slot);
    const lists: PostingList[] = [];
    for (const [stem, { impact, share }] of termWeights(document, this.#analyser)) {
      const list = this.#postings.get(stem) ?? this.#addTerm(stem);
      list.add(slot, impact, share);
      lists.push(list);
    }
    this.#documents[slot] = lists;
    this.#size += 1;
    this.#reserve(slot + 1);
  }

  /** Forgets the document of a slot; an unknown one is ignored. */
  remove(slot: number): void {
    const lists = this.#documents[slot];
    if (lists === undefined) return;
    this.#documents[slot] = undefined;
    this.#size -= 1;
    for (const list of lists) {
      list.remove(slot);
      if (list.size === 0) this.#removeTerm(list.term);
    }
  }

  /** Inverse document frequency (Robertson and Spärck Jones, kept above 0), also of unknown stems. */
  weight(stem: string): number {
    const holding = this.#postings.get(stem)?.size ?? 0;
    return Math.log1p((this.#size - holding + 0.5) / (holding + 0.5));
  }

  /** The words of a query that carry meaning, each once; the rarest of them when there are many. */
  query(text: string): LexicalQuery {
    const stems = [...new Set(this.#analyser.stems(text))];
    if (stems.length <= MAX_QUERY_TERMS) return { stems };
    const rarest = stems.toSorted((a, b) => this.weight(b) - this.weight(a) || (a < b ? -1 : 1));
    return { stems: rarest.slice(0, MAX_QUERY_TERMS) };
  }

  /** Scores all slots against a query. */
  match({ stems }: LexicalQuery): LexicalMatch {
    this.#coverage.fill(0);
    this.#cosine.fill(0);
    const { ideal, length } = this.#norms(stems);
    let isEmpty = true;
    for (const [stem, weight] of this.#expand(stems)) {
      const list = this.#postings.get(stem);
      if (list === undefined) continue;
      isEmpty = false;
      this.#accumulate(list, weight / ideal, weight / length);
    }
    return { coverage: this.#coverage, cosine: this.#cosine, isEmpty };
  }

  /**
   * How much of a query a document holds, by weight: 0–1. Words that no document holds count as
   * missing; words that are only spelt alike count by their similarity.
   */
  share({ stems }: LexicalQuery, slot: number): number {
    const held = new Set(this.#documents[slot]?.map((list) => list.term));
    let found = 0;
    let total = 0;
    for (const stem of stems) {
      const weight = this.weight(stem);
      total += weight;
      found += weight * this.#likeness(stem, held);
    }
    return total === 0 ? 0 : found / total;
  }

  #likeness(stem: string, held: ReadonlySet<string>): number {
    if (held.has(stem)) return 1;
    return this.#subwords.similar(stem).find(({ term }) => held.has(term))?.similarity ?? 0;
  }

  /** Unknown words do not count towards the ideal: nothing could match them. */
  #norms(stems: readonly string[]): { ideal: number; length: number } {
    let ideal = 0;
    let squares = 0;
    for (const stem of stems) {
      const weight = this.weight(stem);
      if (this.#postings.has(stem)) ideal += weight;
      squares += weight * weight;
    }
    const length = Math.sqrt(squares);
    return { ideal: ideal > 0 ? ideal : length, length };
  }

  /** The query's stems and the terms spelt like them, with their weights. */
  #expand(stems: readonly string[]): ReadonlyMap<string, number> {
    const weights = new Map<string, number>();
    for (const stem of stems) weights.set(stem, this.weight(stem));
    for (const stem of stems.slice(0, MAX_SPELT_TERMS)) {
      const weight = this.weight(stem);
      for (const { term, similarity } of this.#subwords.similar(stem)) {
        const added = Math.min(weight, this.weight(term)) * SPELLING_WEIGHT * similarity;
        weights.set(term, (weights.get(term) ?? 0) + added);
      }
    }
    return weights;
  }

  #accumulate(list: PostingList, coverageWeight: number, cosineWeight: number): void {
    const coverage = this.#coverage;
    const cosine = this.#cosine;
    const { slots, impacts, shares, size } = list;
    for (let at = 0; at < size; at++) {
      const slot = slots[at]!;
      coverage[slot]! += coverageWeight * impacts[at]!;
      cosine[slot]! += cosineWeight * shares[at]!;
    }
  }

  #addTerm(term: string): PostingList {
    const list = new PostingList(term);
    this.#postings.set(term, list);
    this.#subwords.add(term);
    return list;
  }

  #removeTerm(term: string): void {
    this.#postings.delete(term);
    this.#subwords.remove(term);
  }

  #reserve(slots: number): void {
    if (slots <= this.#coverage.length) return;
    const capacity = Math.max(slots, this.#coverage.length * 2);
    this.#coverage = new Float32Array(capacity);
    this.#cosine = new Float32Array(capacity);
  }
}
