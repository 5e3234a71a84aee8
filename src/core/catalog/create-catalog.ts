import type { Logger } from "../../kernel/log.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { createTypedEvents } from "../../kernel/typed-events.ts";
import type { Metrics } from "../metrics/index.ts";
import type { Catalog, CatalogChange, CatalogServer, CatalogServerSettings } from "./catalog.ts";
import type { ServerId, ToolId } from "./ids.ts";
import { nearestTools } from "./nearest-tools.ts";
import type { CatalogOptions } from "./options.ts";
import type { RejectedDefinition, ToolDraft } from "./read-definition.ts";
import { readDefinitions } from "./read-definitions.ts";
import {
  declareServer,
  diffEntries,
  readSettings,
  withDrafts,
  withTools,
  type ServerEntry,
} from "./server-entry.ts";
import { shortenedToolIds } from "./tool-ids.ts";
import type { Tool, ToolFlag } from "./tool.ts";

/** Whom the catalogue tells. */
export interface CatalogDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Makes an empty catalogue. It does no I/O: whoever declares servers and reads their lists fills it. */
export function createCatalog(options: CatalogOptions, deps: CatalogDeps): Catalog {
  return new ToolCatalog(options, deps);
}

class ToolCatalog implements Catalog {
  version = 0;
  readonly #options: CatalogOptions;
  readonly #deps: CatalogDeps;
  readonly #entries = new Map<ServerId, ServerEntry>();
  readonly #byId = new Map<string, Tool>();
  readonly #made = new WeakMap<ToolDraft, Tool>();
  readonly #events = createTypedEvents<{ change: CatalogChange }>((error) =>
    this.#deps.log.error({ err: error }, "A listener of catalogue changes failed."),
  );
  #shortened: ReadonlyMap<ToolDraft, ToolId> = new Map();
  #tools: readonly Tool[] | undefined;
  #servers: readonly CatalogServer[] | undefined;

  constructor(options: CatalogOptions, deps: CatalogDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get size(): number {
    return this.#byId.size;
  }

  tool(id: string): Tool | undefined {
    return this.#byId.get(id) ?? this.#byAlias(id);
  }

  toolByName(server: ServerId, name: string): Tool | undefined {
    return this.#entries.get(server)?.byName.get(name);
  }

  tools(): readonly Tool[] {
    this.#tools ??= this.servers().flatMap(({ id }) => this.toolsOf(id));
    return this.#tools;
  }

  toolsOf(server: ServerId): readonly Tool[] {
    return this.#entries.get(server)?.tools ?? [];
  }

  server(id: ServerId): CatalogServer | undefined {
    return this.#entries.get(id)?.view;
  }

  servers(): readonly CatalogServer[] {
    this.#servers ??= [...this.#entries.values()]
      .map((entry) => entry.view)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return this.#servers;
  }

  nearest(wanted: string, isVisible: (tool: Tool) => boolean): readonly ToolId[] {
    return nearestTools(wanted, this.tools().filter(isVisible));
  }

  setServer(id: ServerId, settings: CatalogServerSettings): void {
    const before = this.#entries.get(id) ?? declareServer(id, settings);
    const view = readSettings(id, settings, before.view.upstreamSummary);
    this.#commit(id, { ...before, ...view });
  }

  removeServer(id: ServerId): void {
    if (this.#entries.has(id)) this.#commit(id, undefined);
  }

  replaceTools(
    server: ServerId,
    definitions: readonly RawJson[],
    upstreamSummary?: string,
  ): { readonly rejected: readonly RejectedDefinition[] } {
    const before = this.#entries.get(server);
    if (before === undefined) {
      return { rejected: [{ name: "(all)", reason: `no server "${server}" has been declared` }] };
    }
    const options = this.#options;
    const read = readDefinitions(server, definitions, { previous: before.drafts, options });
    const after = withDrafts(before, read.drafts, options.maxToolNameLength);
    const summary = upstreamSummary === undefined ? {} : { upstreamSummary };
    this.#commit(server, { ...after, view: { ...before.view, ...summary } });
    return { rejected: read.rejected };
  }

  addFlag(tool: Tool, flag: ToolFlag): void {
    const entry = this.#entries.get(tool.server);
    if (entry?.byName.get(tool.name) !== tool || tool.flags.includes(flag)) return;
    const drafts = [...entry.drafts].map(([digest, draft]): [string, ToolDraft] => [
      digest,
      draft.name === tool.name ? { ...draft, flags: [...draft.flags, flag] } : draft,
    ]);
    const { maxToolNameLength } = this.#options;
    this.#commit(tool.server, withDrafts(entry, new Map(drafts), maxToolNameLength));
  }

  onChange(listener: (change: CatalogChange) => void): Disposable {
    return this.#events.on("change", listener);
  }

  /** A tool whose id had to be shortened also answers to its full name. */
  #byAlias(fullName: string): Tool | undefined {
    const seam = fullName.indexOf("__");
    if (seam < 1) return undefined;
    return this.toolByName(fullName.slice(0, seam) as ServerId, fullName.slice(seam + 2));
  }

  /** Puts a server's new state in force, with whatever that means for the ids of others, and tells it. */
  #commit(id: ServerId, next: ServerEntry | undefined): void {
    const touched = this.#assignShortenedIds(id, next);
    const changes: CatalogChange[] = [];
    for (const server of touched) {
      const before = this.#entries.get(server);
      const entry = server === id ? next : before;
      const after = entry && withTools(entry, this.#shortened, this.#made);
      const change = diffEntries(before, after);
      if (after === undefined) this.#entries.delete(server);
      else this.#entries.set(server, after);
      if (change !== undefined) changes.push(change);
    }
    this.#publish(changes);
  }

  /** Shortened ids depend on each other; gives the servers whose tools are to be made anew. */
  #assignShortenedIds(id: ServerId, next: ServerEntry | undefined): Set<ServerId> {
    const touched = new Set([id]);
    const before = this.#entries.get(id)?.odd ?? [];
    if (before.length === 0 && (next?.odd ?? []).length === 0) return touched;
    const others = [...this.#entries].filter(([server]) => server !== id);
    const odd = [...others.flatMap(([, entry]) => entry.odd), ...(next?.odd ?? [])];
    const ids = shortenedToolIds(odd, this.#options.maxToolNameLength);
    for (const [draft, toolId] of ids) {
      if (this.#shortened.get(draft) !== toolId) touched.add(draft.server);
    }
    this.#shortened = ids;
    return touched;
  }

  #publish(changes: readonly CatalogChange[]): void {
    if (changes.length === 0) return;
    for (const { removed } of changes) for (const tool of removed) this.#byId.delete(tool.id);
    for (const { added, changed } of changes) {
      for (const tool of [...added, ...changed]) this.#byId.set(tool.id, tool);
    }
    this.version += 1;
    this.#tools = undefined;
    this.#servers = undefined;
    for (const { server } of changes) {
      const count = this.toolsOf(server).length;
      this.#deps.metrics.bind("catalogTools", { server }).set(count);
    }
    for (const change of changes) this.#events.emit("change", change);
  }
}
