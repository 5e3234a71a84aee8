import { open, rename, type FileHandle } from "node:fs/promises";
import type { EmbeddingModel, StoredEmbedding } from "../../../core/discovery/index.ts";
import { decodeRecord, encodeRecords, fileHeader, recordBytes } from "./embedding-records.ts";

const READ_RECORDS = 256;

/**
 * The embeddings of one model in one file, appended as they come: a crash loses at most the record
 * that was being written. Damaged records are passed over; a file of another kind is begun anew.
 */
export class EmbeddingFile {
  readonly #path: string;
  readonly #model: EmbeddingModel;
  readonly #maxEntries: number;
  readonly #recordBytes: number;
  readonly #headerBytes: number;
  /** Number of the record that holds each hash, used longest ago first. */
  #records = new Map<string, number>();
  #count = 0;
  #handle: FileHandle;

  /** Opens the file, or begins it. @throws the file system's error. */
  static async open(
    path: string,
    { model, maxEntries }: { model: EmbeddingModel; maxEntries: number },
  ): Promise<EmbeddingFile> {
    // "a+" would make the file when it is not there, but ignores positions when it writes.
    const handle = await open(path, "r+").catch(() => open(path, "w+", 0o600));
    const file = new EmbeddingFile({ path, handle, model, maxEntries });
    try {
      await file.#load();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(from: {
    path: string;
    handle: FileHandle;
    model: EmbeddingModel;
    maxEntries: number;
  }) {
    this.#path = from.path;
    this.#handle = from.handle;
    this.#model = from.model;
    this.#maxEntries = from.maxEntries;
    this.#recordBytes = recordBytes(from.model.dimension);
    this.#headerBytes = fileHeader(from.model).length;
  }

  /** Embeddings that can be read. */
  get size(): number {
    return this.#records.size;
  }

  /** The vectors of hashes, in their order. @throws the file system's error. */
  async read(hashes: readonly string[]): Promise<(Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    for (const hash of hashes) vectors.push(await this.#readOne(hash));
    return vectors;
  }

  /** Appends what is not there yet. @throws the file system's error. */
  async append(embeddings: readonly StoredEmbedding[]): Promise<void> {
    const { dimension } = this.#model;
    const fresh = new Map<string, StoredEmbedding>();
    for (const embedding of embeddings) {
      if (embedding.vector.length !== dimension || this.#records.has(embedding.hash)) continue;
      fresh.set(embedding.hash, embedding);
    }
    if (fresh.size === 0) return;
    const at = this.#headerBytes + this.#count * this.#recordBytes;
    await this.#handle.write(encodeRecords([...fresh.values()], dimension), 0, undefined, at);
    for (const hash of fresh.keys()) this.#records.set(hash, this.#count++);
    for (const hash of this.#records.keys()) {
      if (this.#records.size <= this.#maxEntries) break;
      this.#records.delete(hash);
    }
    if (this.#count > 2 * this.#maxEntries) await this.#compact();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #readOne(hash: string): Promise<Float32Array | undefined> {
    const record = this.#records.get(hash);
    if (record === undefined) return undefined;
    this.#records.delete(hash);
    const [found] = await this.#readRecords(record, 1);
    if (found?.hash !== hash) return undefined;
    this.#records.set(hash, record);
    return found.vector;
  }

  async #load(): Promise<void> {
    const header = fileHeader(this.#model);
    const start = Buffer.alloc(header.length);
    await this.#handle.read(start, 0, start.length, 0);
    if (!start.equals(header)) {
      await this.#handle.truncate(0);
      await this.#handle.write(header, 0, undefined, 0);
      return;
    }
    const { size } = await this.#handle.stat();
    this.#count = Math.floor((size - header.length) / this.#recordBytes);
    for (let first = 0; first < this.#count; first += READ_RECORDS) {
      const count = Math.min(READ_RECORDS, this.#count - first);
      const records = await this.#readRecords(first, count);
      for (const [at, record] of records.entries()) {
        if (record !== undefined) this.#records.set(record.hash, first + at);
      }
    }
  }

  async #readRecords(first: number, count: number): Promise<(StoredEmbedding | undefined)[]> {
    const size = this.#recordBytes;
    const bytes = Buffer.alloc(count * size);
    await this.#handle.read(bytes, 0, bytes.length, this.#headerBytes + first * size);
    return Array.from({ length: count }, (_, at) =>
      decodeRecord(bytes.subarray(at * size, (at + 1) * size)),
    );
  }

  /** Writes what is kept into a new file that takes the place of this one. */
  async #compact(): Promise<void> {
    const path = `${this.#path}.new`;
    const handle = await open(path, "w+", 0o600);
    const records = new Map<string, number>();
    try {
      await handle.write(fileHeader(this.#model), 0, undefined, 0);
      for (const [hash, record] of this.#records) {
        const [kept] = await this.#readRecords(record, 1);
        if (kept?.hash !== hash) continue;
        const at = this.#headerBytes + records.size * this.#recordBytes;
        await handle.write(encodeRecords([kept], kept.vector.length), 0, undefined, at);
        records.set(hash, records.size);
      }
      await handle.sync();
      await rename(path, this.#path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = handle;
    this.#records = records;
    this.#count = records.size;
  }
}
