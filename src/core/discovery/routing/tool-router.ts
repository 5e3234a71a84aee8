import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Principal } from "../../access/index.ts";
import type { Catalog, ServerId } from "../../catalog/index.ts";
import type { DenseSide } from "../dense-side.ts";
import type { DenseSides, EmbeddedQueries } from "../dense-sides.ts";
import type { ToolRequest } from "../discovery.ts";
import type { EmbeddingModel } from "../embedder.ts";
import { fusionWeights } from "../fusion.ts";
import type { DiscoveryOptions } from "../options.ts";
import type { DenseQuery, RankedSlot } from "../ranker.ts";
import type { SlotTable } from "../slot-table.ts";
import { beginTimeLimit } from "../time-limit.ts";
import type { FoundTools, ToolSearch } from "../tool-search.ts";
import type { Visibility, VisibilityFilter } from "../visibility.ts";
import type { ScoredServer, ServerIndex } from "./server-index.ts";

/** What a request led to. */
export interface RoutedTools extends FoundTools {
  readonly request: ToolRequest;
  /** The servers that were searched, best first; empty when all were. */
  readonly servers: readonly ScoredServer[];
}

interface ToolRouterDeps {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly search: ToolSearch;
  readonly servers: ServerIndex;
  readonly sides: DenseSides;
  readonly slots: SlotTable;
  readonly visibility: Visibility;
}

/** Answers MCP-Zero's requests in two stages: first which servers, then which of their tools. */
export class ToolRouter {
  readonly #options: DiscoveryOptions;
  readonly #deps: ToolRouterDeps;

  constructor(options: DiscoveryOptions, deps: ToolRouterDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Brings what is known of the servers up to date, so that the next request need not wait. */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.#deps.servers.update();
    const side = this.#deps.sides.active;
    if (side !== undefined) await this.#embedServers(side, signal);
  }

  /**
   * Answers one request. Where it names no server, or one that is like none, all tools are searched.
   * @throws the signal's reason when it aborts first.
   */
  async route(
    request: ToolRequest,
    asker: { principal: Principal; filter: VisibilityFilter },
    signal: AbortSignal,
  ): Promise<RoutedTools> {
    const { sides } = this.#deps;
    const wanted = request.server?.trim() ?? "";
    const texts = wanted === "" ? [request.tool] : [request.tool, wanted];
    await this.#deps.servers.update();
    const embedded = await sides.embed(texts, signal);
    if (wanted !== "" && embedded !== undefined) await this.#embedServers(embedded.side, signal);
    // A side that was replaced meanwhile can no longer be searched.
    const usable = embedded?.side === sides.active ? embedded : undefined;
    const servers = wanted === "" ? [] : this.#bestServers(wanted, { embedded: usable, asker });
    const found = this.#deps.search.findEmbedded(
      { text: request.tool, mask: () => this.#mask(servers, asker) },
      denseQuery(usable),
    );
    return { ...found, request, servers, ranked: this.#weigh(found.ranked, servers) };
  }

  #bestServers(
    text: string,
    from: {
      embedded: EmbeddedQueries | undefined;
      asker: { principal: Principal; filter: VisibilityFilter };
    },
  ): readonly ScoredServer[] {
    const { catalog, servers, slots, visibility } = this.#deps;
    const { principal, filter } = from.asker;
    const { bytes } = visibility.mask(principal, filter);
    const isVisible = (id: ServerId): boolean =>
      catalog.toolsOf(id).some((tool) => bytes[slots.slotOf(tool.id) ?? -1] === 1);
    const model = from.embedded?.side.embedder.model;
    const vector = from.embedded?.vectors[1];
    const dense =
      vector === undefined || model === undefined ? undefined : { vector, model: model.id };
    return servers
      .rank({ text, dense, weights: fusionWeights(this.#options, model), isVisible })
      .slice(0, this.#options.routedServers);
  }

  #mask(
    servers: readonly ScoredServer[],
    { principal, filter }: { principal: Principal; filter: VisibilityFilter },
  ): Uint8Array | undefined {
    const { catalog, slots, visibility } = this.#deps;
    const mask = visibility.mask(principal, filter);
    if (servers.length === 0) return visibility.bytes(mask);
    const narrowed = new Uint8Array(mask.bytes.length);
    for (const tool of servers.flatMap(({ id }) => catalog.toolsOf(id))) {
      const slot = slots.slotOf(tool.id);
      if (slot !== undefined) narrowed[slot] = mask.bytes[slot] ?? 0;
    }
    return narrowed;
  }

  /** MCP-Zero's score: `(server × tool) × max(server, tool)` (arXiv 2506.01056). */
  #weigh(ranked: readonly RankedSlot[], servers: readonly ScoredServer[]): readonly RankedSlot[] {
    if (servers.length === 0) return ranked;
    const { slots } = this.#deps;
    const scores = new Map<string, number>(servers.map(({ id, score }) => [id, score]));
    return ranked
      .map((entry) => {
        const server = scores.get(slots.tool(entry.slot)?.server ?? "") ?? 0;
        return { ...entry, score: server * entry.score * Math.max(server, entry.score) };
      })
      .toSorted((a, b) => b.score - a.score);
  }

  /** Embeds what is new about the servers, within the time that a query may take. */
  async #embedServers(side: DenseSide, signal: AbortSignal): Promise<void> {
    const { clock, log, servers } = this.#deps;
    const { queryEmbedTimeoutMs: timeoutMs } = this.#options;
    const { id: model } = side.embedder.model;
    const reason = (): GatewayError =>
      new GatewayError(
        "embedding-failed",
        `Embedding the servers took longer than ${timeoutMs} ms.`,
        { model },
      );
    using limit = beginTimeLimit(clock, { signal, timeoutMs, reason });
    try {
      await servers.embed(side.embedding, limit.signal);
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error, model }, "Servers could not be embedded; words alone choose them");
    }
  }
}

function denseQuery(
  embedded: EmbeddedQueries | undefined,
): (DenseQuery & { model: EmbeddingModel }) | undefined {
  const vector = embedded?.vectors[0];
  if (embedded === undefined || vector === undefined) return undefined;
  return { vector, side: embedded.side, model: embedded.side.embedder.model };
}
