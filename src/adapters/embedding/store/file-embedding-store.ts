import { createHash } from "node:crypto";
import { mkdir, readdir, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { EmbeddingModel, EmbeddingStore } from "../../../core/discovery/index.ts";
import type { Logger } from "../../../kernel/log.ts";
import { EmbeddingFile } from "./embedding-file.ts";
import type { EmbeddingStoreOptions } from "./options.ts";

const SUFFIX = ".vectors";

/**
 * Keeps embeddings in a folder, a file for each model, bounded and checksummed. Whatever the file
 * system refuses is logged and forgotten: what cannot be kept is embedded again. One process at a
 * time may use a folder.
 */
export function createFileEmbeddingStore(
  options: EmbeddingStoreOptions & { readonly folder: string },
  deps: { readonly log: Logger },
): EmbeddingStore {
  return new FileEmbeddingStore(options, deps.log);
}

class FileEmbeddingStore implements EmbeddingStore {
  readonly #options: EmbeddingStoreOptions & { readonly folder: string };
  readonly #log: Logger;
  readonly #files = new Map<string, Promise<EmbeddingFile>>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EmbeddingStoreOptions & { readonly folder: string }, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  getMany(
    model: EmbeddingModel,
    hashes: readonly string[],
  ): Promise<readonly (Float32Array | undefined)[]> {
    const none = hashes.map(() => undefined);
    return this.#inTurn(async () => (await this.#file(model)).read(hashes), none);
  }

  putMany(model: EmbeddingModel, embeddings: Parameters<EmbeddingStore["putMany"]>[1]) {
    return this.#inTurn(async () => (await this.#file(model)).append(embeddings), undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      const files = await Promise.all(this.#files.values());
      this.#files.clear();
      for (const file of files) await file.close();
    }, undefined);
  }

  /** Runs one piece of work after another, since a file may be exchanged while it is worked on. */
  #inTurn<Value>(work: () => Promise<Value>, otherwise: Value): Promise<Value> {
    const turn = this.#queue.then(work).catch((error: unknown) => {
      const { folder } = this.#options;
      this.#log.warn({ err: error, folder }, "Embeddings could not be kept on disk");
      return otherwise;
    });
    this.#queue = turn;
    return turn;
  }

  async #file(model: EmbeddingModel): Promise<EmbeddingFile> {
    const name = fileName(model);
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(name, model);
    this.#files.set(name, opening);
    opening.catch(() => this.#files.delete(name));
    return opening;
  }

  async #open(name: string, model: EmbeddingModel): Promise<EmbeddingFile> {
    const { folder, maxStoredEmbeddings: maxEntries } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await EmbeddingFile.open(join(folder, name), { model, maxEntries });
    const now = new Date();
    await utimes(join(folder, name), now, now);
    await this.#dropOldFiles();
    return file;
  }

  async #dropOldFiles(): Promise<void> {
    const { folder, maxStoredModels } = this.#options;
    const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
    const files = await Promise.all(
      names.map(async (name) => ({ name, usedAt: (await stat(join(folder, name))).mtimeMs })),
    );
    const newestFirst = files.toSorted((a, b) => b.usedAt - a.usedAt);
    for (const { name } of newestFirst.slice(maxStoredModels)) {
      if (!this.#files.has(name)) await unlink(join(folder, name));
    }
  }
}

function fileName({ id, dimension }: EmbeddingModel): string {
  const readable = id.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 40);
  const digest = createHash("sha256").update(`${id}\0${dimension}`).digest("hex");
  return `${readable}-${digest.slice(0, 8)}${SUFFIX}`;
}
