import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import type { EmbeddingModel, StoredEmbedding } from "../../../core/discovery/index.ts";

const FORMAT = 1;
const HASH_BYTES = 32;
const CHECKSUM_BYTES = 4;

/** Bytes of one record: hash, vector, CRC-32 of both. */
export function recordBytes(dimension: number): number {
  return HASH_BYTES + 4 * dimension + CHECKSUM_BYTES;
}

/** The first line of a file: whose vectors it holds, and how they are written. */
export function fileHeader({ id, dimension }: EmbeddingModel): Buffer {
  const facts = { format: FORMAT, model: id, dimension, byteOrder: endianness() };
  return Buffer.from(`${JSON.stringify(facts)}\n`);
}

/** Writes records one after another. */
export function encodeRecords(embeddings: readonly StoredEmbedding[], dimension: number): Buffer {
  const size = recordBytes(dimension);
  const bytes = Buffer.alloc(embeddings.length * size);
  for (const [at, { hash, vector }] of embeddings.entries()) {
    const record = bytes.subarray(at * size, (at + 1) * size);
    record.write(hash, "hex");
    record.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), HASH_BYTES);
    const content = record.subarray(0, size - CHECKSUM_BYTES);
    record.writeUInt32LE(crc32(content), size - CHECKSUM_BYTES);
  }
  return bytes;
}

/** Reads a record back; `undefined` when it is damaged. */
export function decodeRecord(record: Buffer): StoredEmbedding | undefined {
  const content = record.subarray(0, record.length - CHECKSUM_BYTES);
  if (crc32(content) !== record.readUInt32LE(record.length - CHECKSUM_BYTES)) return undefined;
  const vector = new Float32Array((content.length - HASH_BYTES) / 4);
  new Uint8Array(vector.buffer).set(content.subarray(HASH_BYTES));
  return { hash: content.toString("hex", 0, HASH_BYTES), vector };
}
