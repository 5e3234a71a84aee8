import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord, peekStamp, type StoredRecord } from "./record-codec.ts";

const MAX_BYTES = 2_000_000;
const time = fc.double({ min: 0, max: 1e13, noNaN: true });
const stored: fc.Arbitrary<StoredRecord> = fc.record({
  askedAt: time,
  stamp: fc.string({ unit: "grapheme" }),
  record: fc.record({
    body: fc.uint8Array({ maxLength: 20_000, size: "max" }),
    storedAt: time,
    freshMs: time,
    staleWhileRevalidateMs: time,
    staleIfErrorMs: time,
    costMs: time,
  }),
});

const encode = async (value: StoredRecord, above: number): Promise<Buffer> =>
  Buffer.from(await encodeRecord(value, above));

function sample(body: Uint8Array): StoredRecord {
  const times = { storedAt: 1, freshMs: 2, staleWhileRevalidateMs: 3, staleIfErrorMs: 4 };
  return { askedAt: 5, stamp: '["1.2,0","server:ü"]', record: { body, ...times, costMs: 6.5 } };
}

describe("a record in Redis", () => {
  it("comes back as it was, compressed or not", async () => {
    await fc.assert(
      fc.asyncProperty(stored, fc.constantFrom(0, 1, 10_000), async (value, above) => {
        const back = await decodeRecord(await encode(value, above), MAX_BYTES);
        expect({ ...back, record: { ...back?.record, body: [...back!.record.body] } }).toEqual({
          ...value,
          record: { ...value.record, body: [...value.record.body] },
        });
      }),
      { numRuns: 60 },
    );
  });

  it("comes back from the thread pool, too", async () => {
    const body = Buffer.alloc(1_500_000, '{"again":"and again"}');
    const bytes = await encode(sample(body), 4_096);
    expect(bytes.length).toBeLessThan(20_000);
    const back = await decodeRecord(bytes, MAX_BYTES);
    expect(Buffer.compare(Buffer.from(back!.record.body), body)).toBe(0);
    const random = crypto.getRandomValues(Buffer.alloc(60_000));
    const incompressible = await decodeRecord(await encode(sample(random), 1), MAX_BYTES);
    expect(Buffer.compare(Buffer.from(incompressible!.record.body), random)).toBe(0);
  });

  it.each([
    ["as it is", 0],
    ["compressed", 10],
  ])("is refused when any of its bytes is another (%s)", async (_, above) => {
    const bytes = await encode(sample(Buffer.alloc(500, "abc")), above);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      expect(await decodeRecord(damaged, MAX_BYTES)).toBeUndefined();
    }
  });

  it("is refused when it is cut short or goes on", async () => {
    const bytes = await encode(sample(Buffer.alloc(300, "x")), 0);
    for (let length = 0; length < bytes.length; length++) {
      expect(await decodeRecord(bytes.subarray(0, length), MAX_BYTES)).toBeUndefined();
    }
    expect(await decodeRecord(Buffer.concat([bytes, Buffer.of(0)]), MAX_BYTES)).toBeUndefined();
  });

  it("is refused for any bytes that are none, and peeked at without harm", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const likeOne = Buffer.from([1, ...bytes]);
        expect(await decodeRecord(likeOne, MAX_BYTES)).toBeUndefined();
        expect(typeof peekStamp(likeOne)).toMatch(/string|undefined/);
      }),
    );
  });

  it("is refused when its body is beyond the limit", async () => {
    const bytes = await encode(sample(Buffer.alloc(5_000)), 1_000);
    expect(await decodeRecord(bytes, 4_999)).toBeUndefined();
    expect(await decodeRecord(bytes, 5_000)).toBeDefined();
  });

  it("tells its stamp by its beginning", async () => {
    const value = sample(Buffer.alloc(9_000));
    const bytes = await encode(value, 0);
    expect(peekStamp(bytes.subarray(0, 200))).toBe(value.stamp);
    expect(peekStamp(bytes.subarray(0, 70))).toBeUndefined();
  });

  it("keeps no more memory alive than its body", async () => {
    const bytes = await encode(sample(Buffer.alloc(100, "y")), 0);
    const chunk = Buffer.alloc(65_536);
    bytes.copy(chunk, 1_000);
    const read = await decodeRecord(chunk.subarray(1_000, 1_000 + bytes.length), MAX_BYTES);
    expect(read!.record.body.buffer.byteLength).toBeLessThan(10_000);
  });
});
