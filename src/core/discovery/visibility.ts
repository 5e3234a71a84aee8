import { LRUCache } from "lru-cache";
import type { Access, Principal } from "../access/index.ts";
import type { Catalog, Tool } from "../catalog/index.ts";
import type { SlotTable } from "./slot-table.ts";

/** Narrows what is visible; tools must be of one of the servers, and their server have one of the tags. */
export interface VisibilityFilter {
  readonly servers?: readonly string[];
  readonly tags?: readonly string[];
}

/** The slots that may be found: a byte each, 1 for visible. */
export interface VisibilityMask {
  readonly bytes: Uint8Array;
  readonly visible: number;
}

interface VisibilityDeps {
  readonly slots: SlotTable;
  readonly catalog: Pick<Catalog, "version" | "server">;
  readonly access: Pick<Access, "canUse">;
}

/** Tells which slots a principal may find; masks are kept until the catalogue changes. */
export class Visibility {
  readonly #deps: VisibilityDeps;
  readonly #masks: LRUCache<string, VisibilityMask>;
  readonly #principals = new WeakMap<Principal, number>();
  #principalCount = 0;
  #version = "";

  constructor(options: { maxMasks: number }, deps: VisibilityDeps) {
    this.#deps = deps;
    this.#masks = new LRUCache({ max: options.maxMasks });
  }

  /** The mask of a principal under a filter. */
  mask(principal: Principal, filter: VisibilityFilter = {}): VisibilityMask {
    this.#forgetStale();
    const key = JSON.stringify([this.#number(principal), filter.servers ?? 0, filter.tags ?? 0]);
    const kept = this.#masks.get(key);
    if (kept !== undefined) return kept;
    const mask = isOpen(filter) ? this.#allowed(principal) : this.#filtered(principal, filter);
    this.#masks.set(key, mask);
    return mask;
  }

  /** The bytes to search under; `undefined` when every slot that can be found is visible. */
  bytes(mask: VisibilityMask): Uint8Array | undefined {
    const { slots } = this.#deps;
    return mask.visible === slots.size && !slots.hasRetired ? undefined : mask.bytes;
  }

  #allowed(principal: Principal): VisibilityMask {
    return this.#where((tool) => this.#deps.access.canUse(principal, tool));
  }

  #filtered(principal: Principal, filter: VisibilityFilter): VisibilityMask {
    const { bytes } = this.mask(principal);
    const isServer = this.#serverCheck(filter);
    return this.#where((tool, slot) => bytes[slot] === 1 && isServer(tool.server));
  }

  #serverCheck({ servers, tags }: VisibilityFilter): (server: Tool["server"]) => boolean {
    const named = servers === undefined ? undefined : new Set(servers);
    const wanted = tags === undefined ? undefined : new Set(tags);
    const { catalog } = this.#deps;
    const verdicts = new Map<string, boolean>();
    return (server) => {
      const kept = verdicts.get(server);
      if (kept !== undefined) return kept;
      const isTagged =
        wanted === undefined || (catalog.server(server)?.tags ?? []).some((tag) => wanted.has(tag));
      const verdict = isTagged && (named?.has(server) ?? true);
      verdicts.set(server, verdict);
      return verdict;
    };
  }

  #where(isVisible: (tool: Tool, slot: number) => boolean): VisibilityMask {
    const { slots } = this.#deps;
    const bytes = new Uint8Array(slots.capacity);
    let visible = 0;
    for (const slot of slots.slots()) {
      const tool = slots.tool(slot);
      if (tool === undefined || !isVisible(tool, slot)) continue;
      bytes[slot] = 1;
      visible += 1;
    }
    return { bytes, visible };
  }

  #forgetStale(): void {
    const { slots, catalog } = this.#deps;
    const version = `${catalog.version}/${slots.version}`;
    if (version === this.#version) return;
    this.#version = version;
    this.#masks.clear();
  }

  #number(principal: Principal): number {
    const known = this.#principals.get(principal);
    if (known !== undefined) return known;
    this.#principalCount += 1;
    this.#principals.set(principal, this.#principalCount);
    return this.#principalCount;
  }
}

function isOpen(filter: VisibilityFilter): boolean {
  return filter.servers === undefined && filter.tags === undefined;
}
