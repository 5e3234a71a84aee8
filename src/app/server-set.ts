import type { OverlayFile, OverlayServers } from "../adapters/files/index.ts";
import { parseServerEntry, type ServerEntryResult } from "../config/servers/parse-server-entry.ts";
import type { ServerEntry } from "../config/servers/server-entry.ts";
import type { ServerCacheRules } from "../core/cache/index.ts";
import type { ServerId } from "../core/catalog/index.ts";
import type { Upstreams } from "../core/upstream/index.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Logger } from "../kernel/log.ts";
import { toServerSpec } from "./server-specs.ts";

/**
 * The servers of the config file and those added while the daemon runs, put together: the file
 * wins. Changes are applied one after another.
 */
export interface ServerSet {
  has(id: string): "file" | "overlay" | undefined;
  /** The raw overlay entry. */
  overlayEntry(id: string): JsonObject | undefined;
  /** What is said of the caching of a server's answers; the same object until it may have changed. */
  cacheRulesOf(id: ServerId): ServerCacheRules | undefined;
  /** Takes over the config file's entries. */
  setFileEntries(entries: readonly ServerEntry[]): Promise<void>;
  /** Keeps an overlay entry (or, without one, drops it), on disk first, then in force. */
  setOverlayEntry(id: string, entry: JsonObject | undefined): Promise<void>;
  /** Reads an entry under the terms of the API. */
  parse(id: string, entry: JsonObject, allowCommand: boolean): ServerEntryResult;
}

export interface ServerSetDeps {
  readonly overlay: OverlayFile;
  readonly upstreams: Upstreams;
  readonly readFile: (path: string) => string;
  /** Told of values that must never be logged. */
  readonly onSecrets: (secrets: readonly string[]) => void;
  /** Told of servers that are no more. */
  readonly onRemoved: (id: ServerId) => void;
  /** Told when the rules for the caches may be others. */
  readonly onCacheRules: () => void;
  readonly log: Logger;
}

/** Reads the overlay and makes the set; nothing is started before the first `setFileEntries`. */
export async function createServerSet(deps: ServerSetDeps): Promise<ServerSet> {
  const { servers, notice } = await deps.overlay.read();
  if (notice !== undefined) deps.log.warn({}, notice);
  return new MergedServers(deps, servers);
}

class MergedServers implements ServerSet {
  readonly #deps: ServerSetDeps;
  #overlay: OverlayServers;
  #fileEntries: readonly ServerEntry[] = [];
  #cacheRules: ReadonlyMap<string, ServerCacheRules | undefined> = new Map();
  #applied: ReadonlySet<ServerId> = new Set();

  constructor(deps: ServerSetDeps, overlay: OverlayServers) {
    this.#deps = deps;
    this.#overlay = overlay;
  }

  has(id: string): "file" | "overlay" | undefined {
    if (this.#fileEntries.some((entry) => entry.id === id)) return "file";
    return Object.hasOwn(this.#overlay, id) ? "overlay" : undefined;
  }

  overlayEntry(id: string): JsonObject | undefined {
    return Object.hasOwn(this.#overlay, id) ? this.#overlay[id] : undefined;
  }

  cacheRulesOf(id: ServerId): ServerCacheRules | undefined {
    return this.#cacheRules.get(id);
  }

  async setFileEntries(entries: readonly ServerEntry[]): Promise<void> {
    this.#fileEntries = entries;
    await this.#apply();
  }

  async setOverlayEntry(id: string, entry: JsonObject | undefined): Promise<void> {
    const { [id]: _, ...others } = this.#overlay;
    const next = entry === undefined ? others : { ...others, [id]: entry };
    await this.#deps.overlay.write(next);
    this.#overlay = next;
    await this.#apply();
  }

  parse(id: string, entry: JsonObject, allowCommand: boolean): ServerEntryResult {
    return parseServerEntry(id, entry, {
      source: "overlay",
      allowCommand,
      readFile: this.#deps.readFile,
    });
  }

  async #apply(): Promise<void> {
    const entries = [...this.#fileEntries, ...this.#overlayEntries()];
    this.#cacheRules = new Map(entries.map(({ id, cache }) => [id, cache]));
    this.#deps.onCacheRules();
    const specs = entries.map(toServerSpec);
    const ids = new Set(specs.map((spec) => spec.id));
    await this.#deps.upstreams.reconcile(specs);
    for (const id of this.#applied) if (!ids.has(id)) this.#deps.onRemoved(id);
    this.#applied = ids;
  }

  /** What was let in once stays: the operator's consent was asked when it was added. */
  #overlayEntries(): readonly ServerEntry[] {
    return Object.entries(this.#overlay).flatMap(([id, raw]) => {
      if (this.#fileEntries.some((entry) => entry.id === id)) return [];
      const read = this.parse(id, raw, true);
      if (read.kind === "ok") {
        this.#deps.onSecrets(read.secrets);
        return [read.entry];
      }
      const problems = read.problems.map((problem) => problem.message);
      this.#deps.log.error({ server: id, problems }, "An added server cannot be started.");
      return [];
    });
  }
}
