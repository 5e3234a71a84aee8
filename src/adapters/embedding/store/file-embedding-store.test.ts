import { createHash } from "node:crypto";
import { appendFile, open, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createRecordingLog,
  type RecordingLog,
} from "../../../../test/support/fakes/recording-log.ts";
import { makeTempDir, type TempDir } from "../../../../test/support/temp-dir.ts";
import type {
  EmbeddingModel,
  EmbeddingStore,
  StoredEmbedding,
} from "../../../core/discovery/index.ts";
import { createFileEmbeddingStore, EMBEDDING_STORE_DEFAULTS } from "./index.ts";

const MODEL: EmbeddingModel = { id: "test/model-v1", dimension: 4, abstainBelow: 0.3 };
const RECORD_BYTES = 32 + 4 * 4 + 4;

let dir: TempDir;
let log: RecordingLog;
let store: EmbeddingStore;
beforeEach(async () => {
  dir = await makeTempDir();
  log = createRecordingLog();
  store = openStore();
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await dir.remove();
});

function openStore(options: Partial<typeof EMBEDDING_STORE_DEFAULTS> = {}): EmbeddingStore {
  const folder = join(dir.path, "embeddings");
  return createFileEmbeddingStore({ ...EMBEDDING_STORE_DEFAULTS, ...options, folder }, { log });
}

async function reopen(options: Partial<typeof EMBEDDING_STORE_DEFAULTS> = {}): Promise<void> {
  await store[Symbol.asyncDispose]();
  store = openStore(options);
}

/** The embedding of a text, as a model would make it. */
function embedding(text: string): StoredEmbedding {
  const digest = createHash("sha256").update(text).digest();
  const vector = Float32Array.from(digest.subarray(0, 4), (byte) => byte / 255);
  return { hash: digest.toString("hex"), vector };
}

function embeddings(from: number, to: number): StoredEmbedding[] {
  return Array.from({ length: to - from }, (_, at) => embedding(`text ${from + at}`));
}

async function kept(wanted: readonly StoredEmbedding[]): Promise<boolean[]> {
  const vectors = await store.getMany(
    MODEL,
    wanted.map(({ hash }) => hash),
  );
  return vectors.map((vector, at) => vector?.join() === wanted[at]?.vector.join());
}

async function filePath(): Promise<string> {
  const [name] = await readdir(join(dir.path, "embeddings"));
  return join(dir.path, "embeddings", name ?? "");
}

const all = (flags: readonly boolean[]): boolean => flags.every(Boolean);

describe("embeddings kept on disk", () => {
  it("come back after a restart, in the order asked for", async () => {
    const written = embeddings(0, 600);
    await store.putMany(MODEL, written);
    expect(all(await kept(written.toReversed()))).toBe(true);
    await reopen();
    expect(all(await kept(written.toReversed()))).toBe(true);
    expect(await kept([embedding("unknown")])).toEqual([false]);
  });

  it("are written once, however often they are put", async () => {
    await store.putMany(MODEL, [...embeddings(0, 3), ...embeddings(0, 3)]);
    const { size } = await stat(await filePath());
    await store.putMany(MODEL, embeddings(0, 3));
    expect((await stat(await filePath())).size).toBe(size);
  });

  it("are told apart by model and by dimension", async () => {
    const other = { ...MODEL, id: "test/model-v2" };
    const longer = { ...MODEL, dimension: 5 };
    const [one] = embeddings(0, 1);
    await store.putMany(MODEL, [one!]);
    expect(await store.getMany(other, [one!.hash])).toEqual([undefined]);
    expect(await store.getMany(longer, [one!.hash])).toEqual([undefined]);
    await store.putMany(longer, [one!]);
    expect(await store.getMany(longer, [one!.hash])).toEqual([undefined]);
  });

  it("survive a write that was cut off: what was whole stays, the rest is written over", async () => {
    await store.putMany(MODEL, embeddings(0, 10));
    await reopen();
    const path = await filePath();
    await truncate(path, (await stat(path)).size - 7);
    expect(await kept(embeddings(0, 10))).toEqual([...Array<boolean>(9).fill(true), false]);
    await store.putMany(MODEL, embeddings(9, 12));
    await reopen();
    expect(all(await kept(embeddings(0, 12)))).toBe(true);
  });

  it("are not believed when a bit has changed", async () => {
    await store.putMany(MODEL, embeddings(0, 3));
    await reopen();
    const path = await filePath();
    const { size } = await stat(path);
    const handle = await open(path, "r+");
    await handle.write(Buffer.from([0xff, 0x00, 0xff]), 0, 3, size - 2 * RECORD_BYTES + 40);
    await handle.close();
    expect(await kept(embeddings(0, 3))).toEqual([true, false, true]);
    await store.putMany(MODEL, embeddings(1, 2));
    expect(all(await kept(embeddings(0, 3)))).toBe(true);
  });

  it("begin anew in a file that is something else", async () => {
    await store.putMany(MODEL, embeddings(0, 3));
    await store[Symbol.asyncDispose]();
    await writeFile(await filePath(), "not embeddings at all, but long enough to hold a header");
    store = openStore();
    expect(all(await kept(embeddings(0, 3)))).toBe(false);
    await store.putMany(MODEL, embeddings(0, 3));
    await reopen();
    expect(all(await kept(embeddings(0, 3)))).toBe(true);
  });

  it("stay within their bound: those used last are kept, and the file does not outgrow them", async () => {
    await reopen({ maxStoredEmbeddings: 100 });
    await store.putMany(MODEL, embeddings(0, 100));
    expect(all(await kept(embeddings(0, 50)))).toBe(true);
    await store.putMany(MODEL, embeddings(100, 150));
    expect(all(await kept([...embeddings(0, 50), ...embeddings(100, 150)]))).toBe(true);
    expect((await kept(embeddings(50, 100))).some(Boolean)).toBe(false);
    for (let from = 200; from < 600; from += 50) {
      await store.putMany(MODEL, embeddings(from, from + 50));
    }
    expect((await stat(await filePath())).size).toBeLessThan(202 * RECORD_BYTES);
    expect(all(await kept(embeddings(500, 600)))).toBe(true);
    await reopen({ maxStoredEmbeddings: 100 });
    expect(all(await kept(embeddings(500, 600)))).toBe(true);
  });

  it("keep the files of the models used last", async () => {
    await reopen({ maxStoredModels: 2 });
    for (const id of ["a", "b", "c"]) {
      await store.putMany({ ...MODEL, id }, embeddings(0, 1));
      await reopen({ maxStoredModels: 2 });
    }
    const names = await readdir(join(dir.path, "embeddings"));
    expect(new Set(names.map((name) => name[0]))).toEqual(new Set(["b", "c"]));
  });

  it("are done without when the folder cannot be written, and that is said", async () => {
    await appendFile(join(dir.path, "embeddings"), "a file where the folder should be");
    await store.putMany(MODEL, embeddings(0, 1));
    expect(await kept(embeddings(0, 1))).toEqual([false]);
    expect(log.lines[0]).toMatchObject({
      level: "warn",
      message: "Embeddings could not be kept on disk",
    });
  });
});
