import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Principal } from "../access/index.ts";
import type { Catalog, CatalogChange } from "../catalog/index.ts";
import type { SwappableDiscovery } from "./create-discovery.ts";
import type { DenseSides } from "./dense-sides.ts";
import type { DiscoveryMetrics } from "./discovery-metrics.ts";
import type {
  DiscoveryStatus,
  SearchAnswer,
  SearchHit,
  SearchMode,
  SearchRequest,
  ToolRequest,
  ToolRequestGroup,
} from "./discovery.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbeddingStore } from "./embedding-store.ts";
import { fusedParts, fusionWeights } from "./fusion.ts";
import type { IndexUpkeep } from "./index-upkeep.ts";
import type { LexicalIndex } from "./lexical/lexical-index.ts";
import type { DiscoveryOptions } from "./options.ts";
import { parseToolRequests } from "./parse-tool-requests.ts";
import { QueryCache, type WordsAnswer } from "./query-cache.ts";
import type { RankedSlot } from "./ranker.ts";
import { interleave } from "./routing/interleave.ts";
import type { RoutedTools, ToolRouter } from "./routing/tool-router.ts";
import { checkSearch, checkToolRequests, type KnownNames } from "./search-checks.ts";
import type { SlotTable } from "./slot-table.ts";
import type { FoundTools, ToolSearch } from "./tool-search.ts";
import type { Visibility, VisibilityFilter } from "./visibility.ts";

interface LiveDiscoveryDeps {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly lexical: LexicalIndex;
  readonly log: Logger;
  readonly metrics: DiscoveryMetrics;
  readonly notes: () => readonly string[];
  readonly router: ToolRouter;
  readonly search: ToolSearch;
  readonly sides: DenseSides;
  readonly slots: SlotTable;
  readonly upkeep: IndexUpkeep;
  readonly visibility: Visibility;
}

/** The facade: checks requests, runs them, writes answers, and passes the catalogue's changes on. */
export class LiveDiscovery implements SwappableDiscovery {
  readonly #options: DiscoveryOptions;
  readonly #deps: LiveDiscoveryDeps;
  readonly #subscription: Disposable;
  readonly #stop = new AbortController();
  readonly #queries: QueryCache | undefined;
  #catchingUp: Promise<void> | undefined;

  constructor(options: DiscoveryOptions, deps: LiveDiscoveryDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#queries = options.maxKeptAnswers > 0 ? new QueryCache(options, deps.clock) : undefined;
    this.#subscription = deps.catalog.onChange((change) => this.#follow(change));
    this.#follow({ added: deps.catalog.tools(), changed: [], removed: [] });
  }

  async search(
    request: SearchRequest,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    const { clock, metrics } = this.#deps;
    const startedAt = clock.monotonic();
    let mode: SearchMode = request.mode ?? "hybrid";
    try {
      checkSearch(request, this.#knownNames(principal));
      const requests = parseToolRequests(request.query);
      const { hits, ...found } =
        requests.length > 0
          ? await this.#searchRequests(request, { requests, principal, signal })
          : await this.#askedBefore(request, principal, signal);
      ({ mode } = found);
      metrics.requests(mode, found.abstained ? "abstained" : "found").add();
      metrics.topScore.observe(hits[0]?.score ?? 0);
      const tookMs = clock.monotonic() - startedAt;
      metrics.durations.total.observe(tookMs / 1000);
      return { hits, mode, abstained: found.abstained, tookMs };
    } catch (error) {
      metrics.requests(mode, "failed").add();
      throw error;
    }
  }

  async request(
    asked: { readonly requests: readonly ToolRequest[]; readonly limit?: number },
    principal: Principal,
    signal: AbortSignal,
  ): Promise<readonly ToolRequestGroup[]> {
    checkToolRequests(asked);
    const { limit = this.#options.defaultLimit } = asked;
    const groups = await this.#route(asked.requests, { principal, filter: {} }, signal);
    return groups.map((group) => ({
      request: group.request,
      servers: group.servers,
      hits: this.#hits(group.ranked.slice(0, limit)),
    }));
  }

  status(): DiscoveryStatus {
    const { lexical, notes, sides } = this.#deps;
    const index = sides.active?.index.kind;
    return {
      indexedTools: lexical.size,
      model: sides.model?.id ?? "none",
      dimension: sides.model?.dimension ?? 0,
      ...(index === undefined ? {} : { index }),
      notes: [...notes(), ...sides.notes()],
    };
  }

  async settled(): Promise<void> {
    await this.#deps.upkeep.settled();
    await this.#deps.sides.settled();
    await this.#catchingUp;
  }

  useEmbedder(embedder: Embedder, store?: EmbeddingStore): Promise<boolean> {
    return this.#deps.sides.use({ embedder, store });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    this.#stop.abort(new Error("Discovery was disposed."));
    await this.#deps.upkeep.stop();
    await this.#deps.sides[Symbol.asyncDispose]();
    await this.#catchingUp;
  }

  #follow(change: Omit<CatalogChange, "server">): void {
    this.#queries?.clear();
    this.#deps.upkeep.apply(change);
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined;
    });
  }

  /** Waits for the index, to tell how long it took, and then prepares the routing. */
  async #catchUp(): Promise<void> {
    const { catalog, clock, log, metrics, router, sides, upkeep } = this.#deps;
    const startedAt = clock.monotonic();
    for (let version = -1; version !== catalog.version;) {
      ({ version } = catalog);
      await upkeep.settled();
      await sides.settled();
    }
    if (this.#stop.signal.aborted) return;
    metrics.rebuildDuration.observe((clock.monotonic() - startedAt) / 1000);
    try {
      await router.prepare(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn({ err: error }, "Servers could not be prepared");
    }
  }

  /** Answers are kept only while the index is complete, and only those that all sides had a part in. */
  async #askedBefore(
    request: SearchRequest,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<WordsAnswer> {
    const queries = this.#queries;
    const isComplete = this.#catchingUp === undefined && request.explain !== true;
    if (queries === undefined || !isComplete) return this.#searchWords(request, principal, signal);
    const { sides, visibility } = this.#deps;
    const grounds = { mask: visibility.mask(principal, filterOf(request)), side: sides.active };
    const before = queries.find(request, principal, grounds);
    if (before !== undefined) return before;
    const answer = await this.#searchWords(request, principal, signal);
    const isWhole = answer.mode === (request.mode ?? "hybrid");
    if (isWhole && this.#catchingUp === undefined) {
      queries.keep({ request, principal }, grounds, answer);
    }
    return answer;
  }

  async #searchWords(
    request: SearchRequest,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<WordsAnswer> {
    const { search, visibility } = this.#deps;
    const filter = filterOf(request);
    const text = request.query.replaceAll(/<\/?tool_assistant>/gi, " ");
    const mask = (): Uint8Array | undefined => visibility.bytes(visibility.mask(principal, filter));
    const { mode, limit: count = this.#options.defaultLimit } = request;
    const found = await search.find({ text, mode, count, mask }, signal);
    const ranked = found.ranked.slice(0, count);
    const explain = request.explain === true ? this.#explainer(found) : undefined;
    return { hits: this.#hits(ranked, explain), mode: found.mode, abstained: found.abstained };
  }

  async #searchRequests(
    request: SearchRequest,
    from: { requests: readonly ToolRequest[]; principal: Principal; signal: AbortSignal },
  ): Promise<Omit<SearchAnswer, "tookMs">> {
    const { requests, principal, signal } = from;
    checkToolRequests({ requests }, "/query");
    const groups = await this.#route(requests, { principal, filter: filterOf(request) }, signal);
    const hits = groups.map((group) => {
      const explain = request.explain === true ? this.#explainer(group) : undefined;
      return this.#hits(
        group.ranked.slice(0, request.limit ?? this.#options.defaultLimit),
        explain,
      );
    });
    return {
      hits: interleave(hits, {
        limit: request.limit ?? this.#options.defaultLimit,
        keyOf: (hit) => hit.tool.id,
      }),
      mode: groups.some(({ mode }) => mode === "hybrid") ? "hybrid" : "lexical",
      abstained: groups.every(({ abstained }) => abstained),
    };
  }

  async #route(
    requests: readonly ToolRequest[],
    asker: { principal: Principal; filter: VisibilityFilter },
    signal: AbortSignal,
  ): Promise<RoutedTools[]> {
    const groups: RoutedTools[] = [];
    for (const request of requests) {
      groups.push(await this.#deps.router.route(request, asker, signal));
    }
    return groups;
  }

  #hits(
    ranked: readonly RankedSlot[],
    explain?: (entry: RankedSlot) => Readonly<Record<string, number>>,
  ): SearchHit[] {
    return ranked.flatMap((entry) => {
      const tool = this.#deps.slots.tool(entry.slot);
      if (tool === undefined) return [];
      const { score } = entry;
      return [{ tool, score, ...(explain === undefined ? {} : { explain: explain(entry) }) }];
    });
  }

  #explainer(found: FoundTools & Partial<RoutedTools>) {
    const weights = fusionWeights(this.#options, found.model);
    const servers = new Map<string, number>(found.servers?.map(({ id, score }) => [id, score]));
    return ({ slot, signals }: RankedSlot): Record<string, number> => {
      const server = servers.get(this.#deps.slots.tool(slot)?.server ?? "");
      const parts = fusedParts(signals, weights);
      return server === undefined ? parts : { ...parts, server };
    };
  }

  /** Only names that the principal may know of; a server without tools hides nothing. */
  #knownNames(principal: Principal): KnownNames {
    const { catalog, slots, visibility } = this.#deps;
    const servers = () => {
      const { bytes } = visibility.mask(principal);
      return catalog.servers().filter(({ id }) => {
        const tools = catalog.toolsOf(id);
        return tools.length === 0 || tools.some((tool) => bytes[slots.slotOf(tool.id) ?? -1] === 1);
      });
    };
    return {
      servers: () => servers().map(({ id }) => id),
      tags: () => servers().flatMap(({ tags }) => tags),
    };
  }
}

/** An empty list narrows nothing: models write it when they mean none in particular. */
function filterOf({ servers = [], tags = [] }: SearchRequest): VisibilityFilter {
  return {
    ...(servers.length === 0 ? {} : { servers }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}
