import { promisify } from "node:util";
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from "node:zlib";

/**
 * Bodies from this size on are handed to the thread pool, which costs about half a millisecond by
 * itself; smaller ones are done sooner where they are.
 */
const POOLED_FROM_BYTES = 262_144;

// Of deflate at level 1 and brotli at 0 and 1, over JSON of 1 kB to 1 MB: the fastest to unpack, and
// as small as brotli 1 (a fifth to a sixth).
const LEVEL = { level: 1 } as const;

const deflateElsewhere = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const inflateElsewhere = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** Makes a body smaller (raw deflate); the body itself where that does not help. */
export function compress(body: Uint8Array): Uint8Array | Promise<Uint8Array> {
  const smaller = (packed: Buffer) => (packed.length < body.length ? packed : body);
  return body.length < POOLED_FROM_BYTES
    ? smaller(deflateRawSync(body, LEVEL))
    : deflateElsewhere(body, LEVEL).then(smaller);
}

/**
 * Undoes `compress`.
 * @throws Error when it is damaged, or not of exactly `sizeBytes`.
 */
export function decompress(
  packed: Uint8Array,
  sizeBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const limit = { maxOutputLength: sizeBytes };
  const checked = (body: Buffer): Buffer => {
    if (body.length === sizeBytes) return body;
    throw new Error(`${body.length} bytes where ${sizeBytes} were packed`);
  };
  return sizeBytes < POOLED_FROM_BYTES
    ? checked(inflateRawSync(packed, limit))
    : inflateElsewhere(packed, limit).then(checked);
}
