import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import type { VectorIndex } from "../../discovery/index.ts";
import type { SemanticMatch } from "../semantic-index.ts";
import { comparableCall, type ComparableCall } from "./comparable-call.ts";
import { EntryTable, type EntryBounds, type SemanticEntry } from "./entry-table.ts";
import { agreement } from "./guard.ts";
import type { PartEmbedder, PartVectors } from "./part-embedder.ts";

/** The calls that one embedding model has made findable. */
export class ModelIndex {
  readonly parts: PartEmbedder;
  readonly #vectors: VectorIndex;
  readonly #table: EntryTable;
  readonly #freeSlots: number[] = [];
  #nextSlot = 0;

  constructor(bounds: EntryBounds, parts: PartEmbedder, vectors: VectorIndex) {
    this.parts = parts;
    this.#vectors = vectors;
    this.#table = new EntryTable(bounds);
  }

  get size(): number {
    return this.#table.size;
  }

  get sizeBytes(): number {
    const vectorBytes = this.#vectors.identity.dimension * Float32Array.BYTES_PER_ELEMENT;
    return this.#table.sizeBytes + this.#vectors.size * vectorBytes;
  }

  /** Reads a call; `undefined` where it holds nothing that could be compared. */
  read(partition: string, args: RawJson): ComparableCall | undefined {
    const inWords = this.parts.embedder.model.sameMeaningAbove === undefined;
    return comparableCall(partition, args, { inWords });
  }

  /** The nearest call of the same bucket that the guard lets pass. */
  nearest(
    { bucket, texts }: ComparableCall,
    vectors: PartVectors,
    threshold: number,
  ): SemanticMatch | undefined {
    const { entries, slots } = this.#table.inBucket(bucket);
    const similarities = this.#similarities(slots, vectors);
    let best: SemanticEntry | undefined;
    let similarity = 0;
    for (let place = 0; place < entries.length; place++) {
      const cosine = similarities[place]!;
      if (cosine < threshold || cosine <= similarity) continue;
      if (!this.#isSame(entries[place]!, texts, cosine)) continue;
      best = entries[place]!;
      similarity = cosine;
    }
    if (best === undefined) return undefined;
    return { key: best.key, similarity, arguments: rawJson(best.argumentBytes) };
  }

  /** Takes up a call, in the place of an older one with its key; the oldest make room. */
  put(call: ComparableCall, vectors: PartVectors, from: EntrySource): void {
    this.remove(from.key);
    const surplus = this.#table.surplus(from.server);
    if (surplus !== undefined) this.remove(surplus.key);
    const slots = Uint32Array.from(vectors, () => this.#freeSlots.pop() ?? this.#nextSlot++);
    try {
      this.#vectors.upsert(slots, joined(vectors));
    } catch (error) {
      this.#freeSlots.push(...slots);
      throw error;
    }
    const texts = call.texts.map(({ words, entities }) => ({ words, entities }));
    this.#table.put({ ...from, bucket: call.bucket, texts, slots });
  }

  remove(key: string): void {
    const entry = this.#table.remove(key);
    if (entry === undefined) return;
    this.#vectors.remove(entry.slots);
    this.#freeSlots.push(...entry.slots);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#vectors[Symbol.asyncDispose]();
  }

  /** For each entry the least cosine of its texts: one that is far cannot be made up for by another. */
  #similarities(slots: readonly Uint32Array[], vectors: PartVectors): Float32Array {
    const least = new Float32Array(slots[0]?.length ?? 0).fill(1);
    for (const [part, slotsOfPart] of slots.entries()) {
      const cosines = this.#vectors.score(vectors[part]!, slotsOfPart);
      for (let place = 0; place < least.length; place++) {
        if (cosines[place]! < least[place]!) least[place] = cosines[place]!;
      }
    }
    return least;
  }

  #isSame(entry: SemanticEntry, texts: ComparableCall["texts"], cosine: number): boolean {
    const { sameMeaningAbove } = this.parts.embedder.model;
    const mayDiffer = sameMeaningAbove !== undefined && cosine >= sameMeaningAbove;
    return entry.texts.every((text, part) => {
      const agreed = agreement(text, texts[part]!);
      return agreed === "words" || (mayDiffer && agreed === "entities");
    });
  }
}

/** Whose call an entry is. */
export type EntrySource = Pick<SemanticEntry, "key" | "server" | "argumentBytes">;

function joined(vectors: PartVectors): Float32Array {
  const dimension = vectors[0]!.length;
  const rows = new Float32Array(vectors.length * dimension);
  for (const [row, vector] of vectors.entries()) rows.set(vector, row * dimension);
  return rows;
}
