import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { differences, nearest, slotsOf, unitVectors } from "../vector-samples.contract.ts";
import type { FaissEvent } from "./faiss-events.ts";
import { createFaissIndex, type FaissIndex, type FaissIndexOptions } from "./faiss-index.ts";
import { watchFaiss } from "./watched-faiss.contract.ts";

const DIMENSION = 16;
const COUNT = 200;
const identity = { model: "test", dimension: DIMENSION };
const vectors = unitVectors(COUNT, { dimension: DIMENSION, seed: 1 });
const query = unitVectors(1, { dimension: DIMENSION, seed: 77 });
const rowOf = (slot: number) => vectors.subarray(slot * DIMENSION, (slot + 1) * DIMENSION);

let directory = "";
const made: FaissIndex[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "vector-index-"));
});
afterEach(async () => {
  for (const index of made.splice(0)) await index[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function open(options: Partial<FaissIndexOptions> = {}) {
  const [watched, clock, events] = [watchFaiss(DIMENSION), createFakeClock(), [] as FaissEvent[]];
  const index = await createFaissIndex(
    { identity, snapshotDirectory: directory, ...options },
    { library: watched.library, clock, report: (event) => void events.push(event) },
  );
  made.push(index);
  return { index, watched, clock, events };
}

/** Fills an index and disposes it, so that it is saved. */
async function saveOne(options: Partial<FaissIndexOptions> = {}): Promise<readonly FaissEvent[]> {
  const { index, events } = await open(options);
  index.upsert(slotsOf(COUNT), vectors);
  await index.settled();
  await index[Symbol.asyncDispose]();
  return events;
}

describe("a saved FAISS index", () => {
  it.each([
    ["flat", {}],
    ["hnsw-32-256", { hnswAbove: 0 }],
  ])("comes back without adding a vector, under other slots (%s)", async (layout, options) => {
    const saved = await saveOne(options);
    expect(saved.at(-1)).toMatchObject({ type: "snapshot-saved", vectors: COUNT });
    const { index, watched, events } = await open(options);
    expect(events).toEqual([{ type: "snapshot-loaded", layout, vectors: COUNT }]);
    index.upsert(
      slotsOf(COUNT)
        .map((slot) => slot + 1_000)
        .toReversed(),
      vectors,
    );
    await index.settled();
    expect(watched.added()).toBe(0);
    expect(index.state).toEqual({ layout, answering: "faiss", waiting: 0, tombstones: 0 });
    const stored = Array.from(
      { length: COUNT },
      (_, row) => [1_000 + COUNT - 1 - row, rowOf(row)] as const,
    );
    expect(differences(index.search(query, 20), nearest(stored, query, 20))).toEqual([]);
    expect(watched.searched()).toBe(1);
  });

  it("shows nothing before it is upserted again", async () => {
    await saveOne();
    const { index } = await open();
    expect(index.size).toBe(0);
    expect(index.search(query, 10).slots).toHaveLength(0);
    index.upsert(Uint32Array.of(3, 8), vectors.slice(0, 2 * DIMENSION));
    await index.settled();
    expect(index.search(query, 10).slots.toSorted()).toEqual(Uint32Array.of(3, 8));
  });

  it("gives a row to each of several slots that hold the same vector, then adds", async () => {
    await saveOne();
    const { index, watched } = await open();
    index.upsert(Uint32Array.of(0, 1, 2), Float32Array.of(...rowOf(7), ...rowOf(7), ...rowOf(9)));
    await index.settled();
    expect(watched.added()).toBe(1);
    expect([...index.search(rowOf(7), 2).slots]).toEqual([0, 1]);
  });

  it("keeps unclaimed rows for adoptWithinMs, then drops them", async () => {
    await saveOne();
    const { index, clock, events } = await open({ adoptWithinMs: 5_000 });
    index.upsert(slotsOf(20), vectors.slice(0, 20 * DIMENSION));
    await index.settled();
    await clock.advance(4_999);
    expect(index.state).toMatchObject({ tombstones: COUNT - 20 });
    await clock.advance(1);
    await index.settled();
    expect(index.state).toEqual({ layout: "flat", answering: "faiss", waiting: 0, tombstones: 0 });
    expect(events.map(({ type }) => type)).toEqual([
      "snapshot-loaded",
      "rebuild-started",
      "rebuilt",
    ]);
  });

  it("keeps rows that nobody claimed through a short run that adds some", async () => {
    await saveOne();
    const short = await open();
    short.index.upsert(Uint32Array.of(0), query);
    await short.index.settled();
    await short.index[Symbol.asyncDispose]();
    const { index, watched } = await open();
    index.upsert(slotsOf(COUNT), vectors);
    index.upsert(Uint32Array.of(COUNT), query);
    await index.settled();
    expect(watched.added()).toBe(0);
  });

  it("is not written again when nothing was added", async () => {
    await saveOne();
    const before = await stat(join(directory, "vectors.faiss"));
    const { index, events } = await open();
    index.upsert(slotsOf(COUNT), vectors);
    await index.settled();
    await Promise.all([index.save(), index[Symbol.asyncDispose]()]);
    expect(events.map(({ type }) => type)).toEqual(["snapshot-loaded"]);
    expect((await stat(join(directory, "vectors.faiss"))).ino).toBe(before.ino);
  });

  it("consists of two files, with nothing left over", async () => {
    await saveOne();
    expect((await readdir(directory)).toSorted()).toEqual(["vectors.faiss", "vectors.faiss.json"]);
  });

  it("is not there at first, and that is no matter", async () => {
    const { events } = await open({ snapshotDirectory: join(directory, "not", "yet") });
    expect(events).toEqual([]);
  });
});

const indexFile = () => join(directory, "vectors.faiss");
const headerFile = () => join(directory, "vectors.faiss.json");
const edit = async (path: string, change: (bytes: Buffer) => Buffer): Promise<void> =>
  writeFile(path, change(await readFile(path)));
const flip = (bytes: Buffer): Buffer => {
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8((bytes.readUInt8(at) ^ 1) & 0xff, at);
  return bytes;
};
const write = (text: string) => () => writeFile(headerFile(), text);

describe("a saved FAISS index that does not fit", () => {
  interface Misfit {
    readonly what: string;
    readonly spoil?: () => Promise<void>;
    readonly options?: Partial<FaissIndexOptions>;
    readonly reason: RegExp;
  }
  const misfits: readonly Misfit[] = [
    {
      what: "another model",
      options: { identity: { ...identity, model: "new" } },
      reason: /model test, not new/,
    },
    {
      what: "another dimension",
      options: { identity: { ...identity, dimension: 8 } },
      reason: /dimension is 16, not 8/,
    },
    { what: "a damaged index", spoil: () => edit(indexFile(), flip), reason: /checksum is wrong/ },
    { what: "a short index", spoil: () => truncate(indexFile(), 99), reason: /checksum is wrong/ },
    {
      what: "a damaged header",
      spoil: () => edit(headerFile(), flip),
      reason: /header is damaged/,
    },
    { what: "a header that is not JSON", spoil: write("vectors"), reason: /JSON/ },
    { what: "an empty header", spoil: write("null"), reason: /format is undefined/ },
    { what: "a header of the future", spoil: write('{"format":2}'), reason: /format is 2, not 1/ },
    {
      what: "a header without fields",
      spoil: write('{"format":1}'),
      reason: /field of its header/,
    },
  ];

  it.each(misfits)(
    "is ignored, with the reason, and saved anew ($what)",
    async ({ spoil, options = {}, reason }) => {
      await saveOne();
      await spoil?.();
      const { index: fresh, events } = await open(options);
      expect(events).toEqual([{ type: "snapshot-ignored", reason: expect.stringMatching(reason) }]);
      const { dimension } = fresh.identity;
      fresh.upsert(slotsOf(3), unitVectors(3, { dimension, seed: 1 }));
      await fresh.settled();
      await fresh[Symbol.asyncDispose]();
      expect(events.at(-1)).toMatchObject({ type: "snapshot-saved", vectors: 3 });
      expect((await open(options)).events).toMatchObject([{ type: "snapshot-loaded" }]);
    },
  );

  it("is ignored when it is a graph of another shape", async () => {
    await saveOne({ hnswAbove: 0 });
    const { events } = await open({ hnswAbove: 0, hnswLinks: 16 });
    expect(events).toMatchObject([
      {
        type: "snapshot-ignored",
        reason: expect.stringMatching(/hnsw-32-256, not flat or hnsw-16-256/),
      },
    ]);
  });
});

describe("saving a FAISS index", () => {
  it("that cannot be written is reported, leaves nothing behind, and ends nothing", async () => {
    const file = join(directory, "file");
    await writeFile(file, "");
    const events = await saveOne({ snapshotDirectory: join(file, "below") });
    expect(events.at(-1)).toMatchObject({ type: "snapshot-failed", error: { code: "ENOTDIR" } });
    expect(await readdir(directory)).toEqual(["file"]);
  });
});
