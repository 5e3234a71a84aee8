import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeTinyModel,
  positionComponent,
  TINY_MODEL,
  wordComponent,
} from "../../../../scripts/make-tiny-model.ts";
import { createSystemClock } from "../../../kernel/clock.ts";
import { createSilentLogger, type LogFields } from "../../../kernel/log.ts";
import type { Embedder } from "../../../core/discovery/index.ts";
import type { EmbeddingOptions } from "../options.ts";
import { loadTransformersEmbedder } from "./transformers-embedder.ts";
import { childrenOf, commandLineOf } from "../../../../test/support/process-tree.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const never = new AbortController().signal;
let root = "";
let modelPath = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "switchboard-embedder-"));
  modelPath = join(root, "tiny");
  await makeTinyModel(modelPath);
});

afterAll(() => rm(root, { recursive: true }));

function load(options: Partial<EmbeddingOptions>, signal: AbortSignal = never) {
  const deps = {
    cacheDir: join(root, "cache"),
    clock: createSystemClock(),
    log: createSilentLogger(),
  };
  return loadTransformersEmbedder({ offline: true, ...options }, deps, signal);
}

async function open(options: Partial<EmbeddingOptions> = {}): Promise<Embedder> {
  const loaded = await load({ modelPath, ...options });
  if (loaded.kind !== "ready") throw new Error(loaded.message);
  return loaded.embedder;
}

/** The tiny model's answer, computed without it: ids by hand, mean over the text's own tokens, unit length. */
function expected(ids: readonly number[]): number[] {
  const columns = Array.from({ length: TINY_MODEL.dimension }, (_, column) => column);
  const mean = columns.map((column) => {
    const states = ids.map(
      (id, at) => wordComponent(id, column) + positionComponent(at + 1, column),
    );
    return states.reduce((sum, state) => sum + state, 0) / ids.length;
  });
  const norm = Math.hypot(...mean);
  return mean.map((component) => component / norm);
}

const id = (word: string): number => (TINY_MODEL.vocabulary as readonly string[]).indexOf(word);
const [CLS, SEP, UNKNOWN] = [id("[CLS]"), id("[SEP]"), id("[UNK]")];
const sentence = (...words: string[]): number[] => [CLS, ...words.map(id), SEP];

const ZERO = Array.from({ length: TINY_MODEL.dimension }, () => 0);

/** Largest distance of any number from where it should be; rows must be as many. */
function deviation(rows: Float32Array, wanted: readonly (readonly number[])[]): number {
  expect(rows).toHaveLength(wanted.length * TINY_MODEL.dimension);
  return Math.max(0, ...wanted.flat().map((value, at) => Math.abs(value - rows[at]!)));
}

const EXACT = 1e-5;

/** Ids of this test's own child processes that run a model (Linux). */
function modelProcesses(): number[] {
  return childrenOf(process.pid).filter((pid) => commandLineOf(pid).includes("inference-process"));
}

/** Waits until none of them is left. */
async function allGone(): Promise<void> {
  await waitFor(() => modelProcesses().length === 0, {
    what: "the processes to end",
    timeoutMs: 10_000,
  });
}

describe("the transformers embedder", () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await open();
  });
  afterAll(() => embedder[Symbol.asyncDispose]());

  it("names its model by folder, precision and weights, and measures its threshold", () => {
    expect(embedder.model.id).toMatch(/^transformers:tiny:fp32:[0-9a-f]{8}$/);
    expect(embedder.model.dimension).toBe(TINY_MODEL.dimension);
    expect(embedder.model.abstainBelow).toBeGreaterThan(0);
    expect(embedder.model.abstainBelow).toBeLessThanOrEqual(0.95);
  });

  it("pools a padded batch of different lengths as each text alone, in order", async () => {
    const rows = await embedder.embedDocuments(
      ["find", "Find users by name", "send the mail to all", "reading"],
      { signal: never },
    );
    const wanted = [
      expected(sentence("find")),
      expected(sentence("find", "user", "##s", "by", "name")),
      expected(sentence("send", "the", "mail", "to", "all")),
      expected(sentence("read", "##ing")),
    ];
    expect(deviation(rows, wanted)).toBeLessThan(EXACT);
  });

  it("gives a query the same vector as a document", async () => {
    const query = await embedder.embedQuery("delete a file", { signal: never });
    expect(deviation(query, [expected(sentence("delete", "a", "file"))])).toBeLessThan(EXACT);
  });

  it("knows no words beyond its vocabulary", async () => {
    const rows = await embedder.embedDocuments(["find xyzzy"], { signal: never });
    expect(deviation(rows, [expected([CLS, id("find"), UNKNOWN, SEP])])).toBeLessThan(EXACT);
  });

  it("gives texts without content the zero vector and the others their own", async () => {
    const rows = await embedder.embedDocuments(["", "add", " \n\t "], { signal: never });
    const wanted = [ZERO, expected(sentence("add")), ZERO];
    expect(deviation(rows, wanted)).toBeLessThan(EXACT);
    expect(await embedder.embedDocuments([], { signal: never })).toHaveLength(0);
  });

  it("cuts a very long text at the model's length and keeps its ending token", async () => {
    const words = Array.from({ length: TINY_MODEL.maxTokens - 2 }, () => "file");
    const rows = await embedder.embedDocuments(["file ".repeat(500_000)], { signal: never });
    expect(deviation(rows, [expected(sentence(...words))])).toBeLessThan(EXACT);
  });

  it("keeps the order of many texts over many batches", async () => {
    const words = TINY_MODEL.vocabulary.slice(4, 20);
    const texts = Array.from({ length: 700 }, (_, n) =>
      Array.from({ length: 1 + (n % 12) }, (__, at) => words[(n + at * 7) % words.length]!),
    );
    const sent = texts.map((text) => text.join(" "));
    const rows = await embedder.embedDocuments(sent, { signal: never });
    const wanted = texts.map((text) => expected(sentence(...text)));
    expect(deviation(rows, wanted)).toBeLessThan(EXACT);
  });

  it("serves queries while documents are embedded", async () => {
    const documents = embedder.embedDocuments(
      Array.from({ length: 500 }, () => "list of tools"),
      {
        signal: never,
      },
    );
    const query = await embedder.embedQuery("name", { signal: never });
    expect(deviation(query, [expected(sentence("name"))])).toBeLessThan(EXACT);
    expect(await documents).toHaveLength(500 * TINY_MODEL.dimension);
  });

  it("ends with the caller's signal, and serves the next caller", async () => {
    const aborted = AbortSignal.abort(new Error("too late"));
    await expect(embedder.embedDocuments(["add"], { signal: aborted })).rejects.toThrow("too late");
    const controller = new AbortController();
    const texts = Array.from({ length: 5_000 }, () => "file ".repeat(14));
    const waiting = embedder.embedDocuments(texts, { signal: controller.signal });
    controller.abort(new Error("the caller left"));
    await expect(waiting).rejects.toThrow("the caller left");
    const next = await embedder.embedQuery("add", { signal: never });
    expect(deviation(next, [expected(sentence("add"))])).toBeLessThan(EXACT);
  });
});

describe("a model with prefixes", () => {
  it("writes them before what is embedded, and names the one of documents in its id", async () => {
    await using embedder = await open({ queryPrefix: "find ", documentPrefix: "file " });
    expect(embedder.model.id).toMatch(/:file $/);
    const rows = await embedder.embedDocuments(["name", ""], { signal: never });
    expect(deviation(rows, [expected(sentence("file", "name")), ZERO])).toBeLessThan(EXACT);
    const query = await embedder.embedQuery("name", { signal: never });
    expect(deviation(query, [expected(sentence("find", "name"))])).toBeLessThan(EXACT);
  });
});

describe("a model from the hub", () => {
  const asked: string[] = [];
  const hub = createServer((request, response) => {
    if (request.headers.range === undefined) asked.push(request.url ?? "");
    const [, file] = (request.url ?? "").split("/org/tiny/resolve/main/");
    readFile(join(root, "published", file ?? "")).then(
      (content) => response.writeHead(200, { "content-length": content.length }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  let url = "";
  beforeAll(async () => {
    await makeTinyModel(join(root, "published"), { ballastBytes: 8_000_000 });
    await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  });
  afterAll(() => void hub.close());

  it("is downloaded once, with progress in the log, and then needs no hub", async () => {
    const lines: LogFields[] = [];
    const log = { ...createSilentLogger(), info: (fields: LogFields) => lines.push(fields) };
    const deps = { cacheDir: join(root, "cache"), clock: createSystemClock(), log };
    const options = { model: "org/tiny", precision: "fp32", url } as const;
    for (const offline of [false, true]) {
      const loaded = await loadTransformersEmbedder({ ...options, offline }, deps, never);
      if (loaded.kind !== "ready") throw new Error(loaded.message);
      await using embedder = loaded.embedder;
      expect(embedder.model.id).toBe("transformers:org/tiny:fp32");
      const row = await embedder.embedQuery("find a user", { signal: never });
      expect(deviation(row, [expected(sentence("find", "a", "user"))])).toBeLessThan(EXACT);
    }
    const downloads = asked.filter((path) => path.endsWith("model.onnx"));
    expect(downloads).toHaveLength(1);
    const progress = lines.filter((fields) => "totalBytes" in fields);
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.length).toBeLessThanOrEqual(10);
    expect(progress[0]).toMatchObject({ model: "org/tiny", loadedBytes: expect.any(Number) });
  });

  it("is told to be missing when the hub does not have it", async () => {
    expect(await load({ model: "org/other", url, offline: false })).toMatchObject({
      kind: "unavailable",
      problem: "model-missing",
    });
  });

  it("is told to be out of reach when the hub does not answer", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const loaded = await load({ model: "org/x", url: `http://127.0.0.1:${port}`, offline: false });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "unreachable" });
  });
});

describe("a model that cannot be had", () => {
  it("says how to install the package when that is missing", async () => {
    const deps = {
      cacheDir: root,
      clock: createSystemClock(),
      log: createSilentLogger(),
      resolvePackage: createRequire(join(root, "nothing-installed.js")).resolve,
    };
    const loaded = await loadTransformersEmbedder({ modelPath }, deps, never);
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "not-installed" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("npm install @huggingface"));
  });

  it("says which folder is missing", async () => {
    const folder = join(root, "nowhere");
    expect(await load({ modelPath: folder })).toEqual({
      kind: "unavailable",
      problem: "model-missing",
      message: `embedding.modelPath: there is no folder ${folder}.`,
    });
  });

  it("says so when it is offline and was never downloaded", async () => {
    const loaded = await load({ model: "nobody/has-this-model", offline: true });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "model-missing" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("embedding.modelPath"));
  });

  it("says what is wrong with broken weights", async () => {
    const broken = join(root, "broken");
    await makeTinyModel(broken);
    await writeFile(join(broken, "onnx", "model.onnx"), "these are no weights");
    const loaded = await load({ modelPath: broken });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "failed" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("could not be loaded"));
    await allGone();
  });

  it("says when the configured dimension is another", async () => {
    const loaded = await load({ modelPath, dimension: 384 });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "failed" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("vectors of 8 numbers"));
  });

  it("is given up with the signal", async () => {
    const controller = new AbortController();
    const loading = load({ modelPath }, controller.signal);
    controller.abort(new Error("shutting down"));
    await expect(loading).rejects.toThrow("shutting down");
    await allGone();
  });
});

describe("the model's process", () => {
  it("fails who waits when it dies, and says that it is started again soon", async () => {
    await allGone();
    await using embedder = await open();
    for (const pid of modelProcesses()) process.kill(pid, "SIGKILL");
    const failing = embedder.embedDocuments(["add"], { signal: never });
    await expect(failing).rejects.toMatchObject({
      code: "embedding-failed",
      data: { model: embedder.model.id },
    });
    await allGone();
    const again = embedder.embedDocuments(["add"], { signal: never });
    await expect(again).rejects.toThrow(/started again/);
  });

  it("ends with the embedder", async () => {
    await allGone();
    const embedder = await open();
    expect(modelProcesses()).toHaveLength(1);
    await embedder[Symbol.asyncDispose]();
    await allGone();
    await expect(embedder.embedQuery("add", { signal: never })).rejects.toThrow(/disposed/);
  });
});
