import { crc32 } from "node:zlib";
import type { CacheRecord } from "../../core/cache/index.ts";
import { compress, decompress } from "./compression.ts";

/** A record as it lies in Redis, with what is needed to know whether it still holds. */
export interface StoredRecord {
  /** When the call was looked up, milliseconds since the epoch by Redis' clock: its age counts from then. */
  readonly askedAt: number;
  /** The scopes and their generations at that moment, as `stampOf` writes them. */
  readonly stamp: string;
  readonly record: Omit<CacheRecord, "scopes">;
}

/*
 * Layout, big-endian:
 *   0 version  1 CRC-32 of everything behind it  5 packing
 *   6 askedAt, storedAt, freshMs, staleWhileRevalidateMs, staleIfErrorMs, costMs: doubles
 *  54 bytes of the body as it was  58 bytes of the stamp  62 stamp, then body
 */
const VERSION = 1;
const PLAIN = 0;
const DEFLATED = 1;
const CHECKSUM_AT = 1;
const PACKING_AT = 5;
const TIMES_AT = 6;
const SIZES_AT = 54;

/** Bytes that a record takes beside its stamp and body. */
export const RECORD_HEADER_BYTES = 62;

/** Writes a record as bytes; bodies above the threshold are compressed (0: none). */
export function encodeRecord(
  stored: StoredRecord,
  compressAboveBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const { body } = stored.record;
  if (compressAboveBytes === 0 || body.length <= compressAboveBytes) return frame(stored, body);
  const packed = compress(body);
  return packed instanceof Promise
    ? packed.then((bytes) => frame(stored, bytes))
    : frame(stored, packed);
}

function frame({ askedAt, stamp, record }: StoredRecord, body: Uint8Array): Buffer {
  const stampBytes = Buffer.byteLength(stamp);
  const bytes = Buffer.allocUnsafe(RECORD_HEADER_BYTES + stampBytes + body.length);
  bytes[0] = VERSION;
  bytes[PACKING_AT] = body === record.body ? PLAIN : DEFLATED;
  const times = [
    askedAt,
    record.storedAt,
    record.freshMs,
    record.staleWhileRevalidateMs,
    record.staleIfErrorMs,
    record.costMs,
  ];
  for (const [index, time] of times.entries()) bytes.writeDoubleBE(time, TIMES_AT + 8 * index);
  bytes.writeUInt32BE(record.body.length, SIZES_AT);
  bytes.writeUInt32BE(stampBytes, SIZES_AT + 4);
  bytes.write(stamp, RECORD_HEADER_BYTES);
  bytes.set(body, RECORD_HEADER_BYTES + stampBytes);
  bytes.writeUInt32BE(crc32(bytes.subarray(PACKING_AT)), CHECKSUM_AT);
  return bytes;
}

/**
 * Reads a record back. Bodies larger than `maxBodyBytes` are refused.
 * @returns `undefined` for bytes that are damaged, of another version, or no record at all.
 */
export function decodeRecord(
  bytes: Buffer,
  maxBodyBytes: number,
): StoredRecord | undefined | Promise<StoredRecord | undefined> {
  if (bytes.length < RECORD_HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  if (bytes.readUInt32BE(CHECKSUM_AT) !== crc32(bytes.subarray(PACKING_AT))) return undefined;
  const sizeBytes = bytes.readUInt32BE(SIZES_AT);
  const bodyAt = RECORD_HEADER_BYTES + bytes.readUInt32BE(SIZES_AT + 4);
  if (sizeBytes > maxBodyBytes || bodyAt > bytes.length) return undefined;
  const packed = bytes.subarray(bodyAt);
  if (bytes[PACKING_AT] === PLAIN) {
    return packed.length === sizeBytes ? read(bytes, bodyAt, ownBytes(packed)) : undefined;
  }
  return unpack(packed, sizeBytes, (body) => read(bytes, bodyAt, body));
}

/** The stamp of a record of which only the beginning may be there; `undefined` for what is no record. */
export function peekStamp(bytes: Buffer): string | undefined {
  if (bytes.length < RECORD_HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const bodyAt = RECORD_HEADER_BYTES + bytes.readUInt32BE(SIZES_AT + 4);
  return bodyAt > bytes.length ? undefined : bytes.toString("utf8", RECORD_HEADER_BYTES, bodyAt);
}

/** Only the smallest part of what was read from the socket is kept alive by a body that is kept. */
function ownBytes(body: Buffer): Uint8Array {
  return body.buffer.byteLength > 2 * body.length + 1_024 ? new Uint8Array(body) : body;
}

function unpack(
  packed: Buffer,
  sizeBytes: number,
  use: (body: Uint8Array) => StoredRecord,
): StoredRecord | undefined | Promise<StoredRecord | undefined> {
  try {
    const body = decompress(packed, sizeBytes);
    return body instanceof Promise ? body.then(use, () => undefined) : use(body);
  } catch {
    return undefined;
  }
}

function read(bytes: Buffer, bodyAt: number, body: Uint8Array): StoredRecord {
  const time = (index: number): number => bytes.readDoubleBE(TIMES_AT + 8 * index);
  return {
    askedAt: time(0),
    stamp: bytes.toString("utf8", RECORD_HEADER_BYTES, bodyAt),
    record: {
      body,
      storedAt: time(1),
      freshMs: time(2),
      staleWhileRevalidateMs: time(3),
      staleIfErrorMs: time(4),
      costMs: time(5),
    },
  };
}
