import type { Tool } from "../catalog/index.ts";

/**
 * Gives each tool of the catalogue a slot: a small integer by which both sides of the index know it.
 * The slot of a removed tool is handed out again only after both sides have forgotten it.
 */
export class SlotTable {
  readonly #tools: (Tool | undefined)[] = [];
  readonly #slots = new Map<string, number>();
  readonly #retired = new Set<number>();
  readonly #free: number[] = [];
  #version = 0;

  /** Counts changes of which tools stand in which slots. */
  get version(): number {
    return this.#version;
  }

  /** Every slot is below this. */
  get capacity(): number {
    return this.#tools.length;
  }

  /** Tools that have a slot. */
  get size(): number {
    return this.#slots.size;
  }

  /** Whether slots of removed tools may still be found by a side. */
  get hasRetired(): boolean {
    return this.#retired.size > 0;
  }

  tool(slot: number): Tool | undefined {
    return this.#tools[slot];
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }

  slots(): IterableIterator<number> {
    return this.#slots.values();
  }

  /** Gives the tool a slot, or puts it in the place of its older self. */
  put(tool: Tool): number {
    const slot = this.#slots.get(tool.id) ?? this.#free.pop() ?? this.#tools.length;
    this.#tools[slot] = tool;
    this.#slots.set(tool.id, slot);
    this.#version += 1;
    return slot;
  }

  /** Takes the tool out of its slot, which is retired; `undefined` when it has none. */
  retire(id: string): number | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    this.#slots.delete(id);
    this.#tools[slot] = undefined;
    this.#retired.add(slot);
    this.#version += 1;
    return slot;
  }

  /** Frees a retired slot that both sides have forgotten. */
  reclaim(slot: number): void {
    if (!this.#retired.delete(slot)) return;
    this.#free.push(slot);
    this.#version += 1;
  }
}
