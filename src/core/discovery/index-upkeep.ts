import { hash } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import type { CatalogChange, Tool } from "../catalog/index.ts";
import type { DenseSide, SlotDocuments } from "./dense-side.ts";
import type { EmbeddableText } from "./embed-documents.ts";
import type { LexicalIndex } from "./lexical/lexical-index.ts";
import { createSlices, type Slices } from "./next-turn.ts";
import type { SlotTable } from "./slot-table.ts";
import { documentText, toolDocument } from "./tool-document.ts";

interface IndexUpkeepDeps {
  readonly slots: SlotTable;
  readonly lexical: LexicalIndex;
  readonly clock: Clock;
  /** Runs whenever tools can be found, or no longer be found, that could not before. */
  readonly onProgress: () => void;
}

/**
 * Brings the index up to date with the catalogue, tool by tool and in slices: first the words, then,
 * at their own pace, the dense sides. A tool whose text is what it was is left alone.
 */
export class IndexUpkeep {
  /** What stands in each slot, for dense sides. */
  readonly documents: SlotDocuments = {
    read: (slot) => this.#read(slot),
    hash: (slot) => this.#hashes[slot],
  };
  readonly #deps: IndexUpkeepDeps;
  readonly #sides = new Set<DenseSide>();
  readonly #dirty = new Set<number>();
  readonly #hashes: (string | undefined)[] = [];
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: IndexUpkeepDeps) {
    this.#deps = deps;
  }

  /** Takes a change up: what was removed cannot be found from now on, the rest follows soon. */
  apply({ added, changed, removed }: Omit<CatalogChange, "server">): void {
    const { slots } = this.#deps;
    for (const tool of removed) this.#retire(tool);
    for (const tool of [...changed, ...added]) this.#dirty.add(slots.put(tool));
    if (this.#dirty.size > 0) this.#running ??= this.#run();
  }

  /** Keeps a side up to date from now on, beginning with all that is indexed. */
  attach(side: DenseSide): void {
    this.#sides.add(side);
    const indexed = [...this.#deps.slots.slots()];
    side.touch(indexed.filter((slot) => this.#hashes[slot] !== undefined));
  }

  detach(side: DenseSide): void {
    this.#sides.delete(side);
  }

  /** Resolves when every tool can be found by its words, and the sides know what there is to embed. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  #retire(tool: Tool): void {
    const slot = this.#deps.slots.retire(tool.id);
    if (slot === undefined) return;
    this.#hashes[slot] = undefined;
    this.#dirty.add(slot);
  }

  async #run(): Promise<void> {
    const slices = createSlices(this.#deps.clock);
    do {
      await slices.next();
      this.#slice(slices);
      this.#deps.onProgress();
    } while (this.#dirty.size > 0 && !this.#isStopped);
    this.#running = undefined;
  }

  #slice(slices: Slices): void {
    const renewed: number[] = [];
    for (const slot of this.#dirty) {
      this.#dirty.delete(slot);
      if (this.#refresh(slot)) renewed.push(slot);
      if (slices.isOver()) break;
    }
    for (const side of this.#sides) side.touch(renewed);
  }

  /** Whether the text of the slot is another than before. */
  #refresh(slot: number): boolean {
    const { slots, lexical } = this.#deps;
    const tool = slots.tool(slot);
    if (tool === undefined) {
      lexical.remove(slot);
      for (const side of this.#sides) side.forget(slot);
      slots.reclaim(slot);
      return false;
    }
    const document = toolDocument(tool);
    const { hash: fresh } = embeddable(documentText(document));
    if (this.#hashes[slot] === fresh) return false;
    this.#hashes[slot] = fresh;
    lexical.set(slot, document);
    return true;
  }

  #read(slot: number): EmbeddableText | undefined {
    const tool = this.#deps.slots.tool(slot);
    return tool === undefined ? undefined : embeddable(documentText(toolDocument(tool)));
  }
}

/** A text with its hash. */
export function embeddable(text: string): EmbeddableText {
  return { text, hash: hash("sha256", text) };
}
