import type { Clock } from "../../../kernel/clock.ts";
import type { Catalog, CatalogServer, ServerId } from "../../catalog/index.ts";
import { embedDocuments, type DocumentEmbedding, type EmbeddableText } from "../embed-documents.ts";
import { fusedScore, type FusionWeights } from "../fusion.ts";
import { embeddable } from "../index-upkeep.ts";
import { LexicalIndex } from "../lexical/lexical-index.ts";
import { createSlices, nextTurn } from "../next-turn.ts";
import type { Analyser } from "../text/analyser.ts";
import { documentText } from "../tool-document.ts";
import { dot } from "../unit-vector.ts";
import { serverDocuments } from "./server-texts.ts";

const EMBEDDED_AT_ONCE = 32;
/** Servers that score less fit by chance: well above what hashed words have in common by collision. */
const LEAST_SCORE = 0.05;

/** A server with how well it fits; score in 0–1. */
export interface ScoredServer {
  readonly id: ServerId;
  readonly score: number;
}

/** What a request says of the server it wants. */
export interface ServerQuery {
  readonly text: string;
  /** The text's vector, and the id of the model that made it; not used unless `embed` had the same. */
  readonly dense: { readonly vector: Float32Array; readonly model: string } | undefined;
  readonly weights: FusionWeights;
  /** Servers that may be routed to. */
  readonly isVisible: (id: ServerId) => boolean;
}

interface ServerText extends EmbeddableText {
  readonly slot: number;
}

/** The servers by what is said of them: a small index of its own, brought up to date when asked to. */
export class ServerIndex {
  readonly #deps: { readonly catalog: Catalog; readonly clock: Clock };
  readonly #lexical: LexicalIndex;
  readonly #texts = new Map<ServerId, readonly ServerText[]>();
  readonly #free: number[] = [];
  #slots = 0;
  #version = -1;
  #updating: Promise<void> | undefined;
  #model = "";
  #vectors: ReadonlyMap<string, Float32Array> = new Map();

  constructor(deps: { catalog: Catalog; analyser: Analyser; clock: Clock }) {
    this.#deps = deps;
    this.#lexical = new LexicalIndex(deps.analyser);
  }

  /** Takes up what has changed in the catalogue, in slices. */
  async update(): Promise<void> {
    if (this.#version === this.#deps.catalog.version) return;
    this.#updating ??= this.#refresh().finally(() => {
      this.#updating = undefined;
    });
    await this.#updating;
  }

  /**
   * Embeds what is new about the servers.
   * @throws GatewayError `embedding-failed`, or the signal's reason.
   */
  async embed(embedding: DocumentEmbedding, signal: AbortSignal): Promise<void> {
    const { id: model } = embedding.embedder.model;
    const known = model === this.#model ? this.#vectors : new Map<string, Float32Array>();
    const vectors = new Map<string, Float32Array>();
    const missing: ServerText[] = [];
    for (const text of [...this.#texts.values()].flat()) {
      const vector = known.get(text.hash);
      if (vector === undefined) missing.push(text);
      else vectors.set(text.hash, vector);
    }
    for (let from = 0; from < missing.length; from += EMBEDDED_AT_ONCE) {
      const batch = missing.slice(from, from + EMBEDDED_AT_ONCE);
      const rows = await embedDocuments(batch, embedding, signal);
      for (const [at, { hash }] of batch.entries()) {
        const vector = rows[at];
        if (vector !== undefined) vectors.set(hash, vector.slice());
      }
      await nextTurn();
    }
    this.#model = model;
    this.#vectors = vectors;
  }

  /** Visible servers that fit, best first, equal scores by id: each by its best text. */
  rank(query: ServerQuery): ScoredServer[] {
    const match = this.#lexical.match(this.#lexical.query(query.text));
    const wanted = query.dense?.model === this.#model ? query.dense.vector : undefined;
    const ranked: ScoredServer[] = [];
    for (const [id, texts] of this.#texts) {
      if (!query.isVisible(id)) continue;
      const scores = texts.map(({ slot, hash }) => {
        const vector = this.#vectors.get(hash);
        const words = { coverage: match.coverage[slot] ?? 0, cosine: match.cosine[slot] ?? 0 };
        const dense = wanted && vector ? { dense: dot(wanted, vector) } : {};
        return fusedScore({ ...words, ...dense }, query.weights);
      });
      const score = Math.max(0, ...scores);
      if (score >= LEAST_SCORE) ranked.push({ id, score });
    }
    return ranked.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  }

  async #refresh(): Promise<void> {
    const { catalog, clock } = this.#deps;
    const slices = createSlices(clock);
    this.#version = catalog.version;
    for (const id of this.#texts.keys()) {
      if (catalog.server(id) === undefined) this.#replace(id, undefined);
    }
    for (const server of catalog.servers()) {
      this.#replace(server.id, server);
      if (slices.isOver()) await slices.next();
    }
  }

  #replace(id: ServerId, server: CatalogServer | undefined): void {
    const before = this.#texts.get(id) ?? [];
    const documents =
      server === undefined ? [] : serverDocuments(server, this.#deps.catalog.toolsOf(id));
    const after = documents.map((document) => ({
      document,
      ...embeddable(documentText(document)),
    }));
    if (before.map(({ hash }) => hash).join() === after.map(({ hash }) => hash).join()) return;
    for (const { slot } of before) {
      this.#lexical.remove(slot);
      this.#free.push(slot);
    }
    const texts = after.map(({ document, text, hash }) => {
      const slot = this.#free.pop() ?? this.#slots++;
      this.#lexical.set(slot, document);
      return { slot, text, hash };
    });
    if (texts.length === 0) this.#texts.delete(id);
    else this.#texts.set(id, texts);
  }
}
