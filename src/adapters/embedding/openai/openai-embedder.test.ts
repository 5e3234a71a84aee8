import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createSystemClock } from "../../../kernel/clock.ts";
import { createSeededRandom } from "../../../kernel/random.ts";
import type { Embedder } from "../../../core/discovery/index.ts";
import type { EmbeddingOptions } from "../options.ts";
import { loadOpenaiEmbedder } from "./index.ts";

const KEY = "sk-planted-key-1234567890";
const never = new AbortController().signal;
const closers: (() => Promise<unknown>)[] = [];

interface Sent {
  readonly model: string;
  readonly input: readonly string[];
  readonly encoding_format: string;
  readonly dimensions?: number;
}
type Answer = (sent: Sent, response: ServerResponse, request: IncomingMessage) => void;

/** A service on a real socket: remembers what it was sent; `answers` come first, then it works. */
async function startService(
  work: Answer = (sent, response) => reply(response, embeddingsOf(sent)),
) {
  const requests: { sent: Sent; headers: IncomingMessage["headers"]; path: string }[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      const sent = JSON.parse(body) as Sent;
      requests.push({ sent, headers: request.headers, path: request.url ?? "" });
      (answers.shift() ?? work)(sent, response, request);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, requests, answers, server };
}

function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Refuses for now and says when to come back. */
const later =
  (status: number, seconds: number): Answer =>
  (_, response) =>
    void response.writeHead(status, { "retry-after": `${seconds}` }).end('{"error":"busy"}');

/** Four numbers that tell texts apart. */
function vectorOf(text: string): number[] {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)!) % 1_000_003;
  return [1 + (hash % 97), 1 + (hash % 89), 1 + (hash % 83), 1 + (hash % 79)];
}

const embeddingsOf = (sent: Sent) => ({
  data: sent.input.map((text, index) => ({ index, embedding: vectorOf(text) })),
});

function load(options: Partial<EmbeddingOptions>, signal: AbortSignal = never) {
  const deps = { clock: createSystemClock(), random: createSeededRandom(1) };
  return loadOpenaiEmbedder({ apiKey: KEY, model: "m", ...options }, deps, signal);
}

async function open(options: Partial<EmbeddingOptions>): Promise<Embedder> {
  const loaded = await load(options);
  if (loaded.kind !== "ready") throw new Error(loaded.message);
  closers.unshift(async () => loaded.embedder[Symbol.asyncDispose]());
  return loaded.embedder;
}

function unit(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((component) => component / norm);
}

/** Largest distance of any number from where it should be. */
function deviation(rows: Float32Array, wanted: readonly (readonly number[])[]): number {
  expect(rows).toHaveLength(wanted.flat().length);
  return Math.max(...wanted.flat().map((value, at) => Math.abs(value - rows[at]!)));
}

async function waitUntil(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error("waited for 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("the openai embedder", () => {
  it("asks once when it opens: for the dimension and the threshold", async () => {
    const { url, requests } = await startService();
    const embedder = await open({ url });
    expect(embedder.model).toMatchObject({ dimension: 4 });
    expect(embedder.model.id).toMatch(/^openai:127\.0\.0\.1:\d+:m:4$/);
    expect(embedder.model.abstainBelow).toBeGreaterThan(0);
    expect(requests[0]).toMatchObject({
      path: "/v1/embeddings",
      headers: { authorization: `Bearer ${KEY}` },
      sent: { model: "m", encoding_format: "float" },
    });
    expect(requests[0]?.sent).not.toHaveProperty("dimensions");
  });

  it("gives unit vectors in the order of the texts, in batches", async () => {
    const { url, requests } = await startService();
    const embedder = await open({ url, batchSize: 3 });
    requests.length = 0;
    const texts = ["one", "two", "three", "four", "five", "six", "seven"];
    const rows = await embedder.embedDocuments(texts, { signal: never });
    expect(requests.map(({ sent }) => sent.input.length)).toEqual([3, 3, 1]);
    expect(
      deviation(
        rows,
        texts.map((text) => unit(vectorOf(text))),
      ),
    ).toBeLessThan(1e-6);
  });

  it("goes by the answer's index, and reads base64", async () => {
    const { url } = await startService((sent, response) => {
      const data = embeddingsOf(sent).data.map(({ index, embedding }) => ({
        index,
        embedding: Buffer.from(Float32Array.from(embedding).buffer).toString("base64"),
      }));
      reply(response, { data: data.toReversed() });
    });
    const embedder = await open({ url });
    const rows = await embedder.embedDocuments(["one", "two", "three"], { signal: never });
    const wanted = ["one", "two", "three"].map((text) => unit(vectorOf(text)));
    expect(deviation(rows, wanted)).toBeLessThan(1e-6);
  });

  it("sends no empty texts and gives them the zero vector", async () => {
    const { url, requests } = await startService();
    const embedder = await open({ url });
    requests.length = 0;
    const rows = await embedder.embedDocuments(["", "one", "  "], { signal: never });
    expect(requests.map(({ sent }) => sent.input)).toEqual([["one"]]);
    expect(deviation(rows, [[0, 0, 0, 0], unit(vectorOf("one")), [0, 0, 0, 0]])).toBeLessThan(1e-6);
  });

  it("cuts long texts and keeps requests small", async () => {
    const { url, requests } = await startService();
    const embedder = await open({ url, batchSize: 2_048 });
    requests.length = 0;
    await embedder.embedDocuments(
      Array.from({ length: 40 }, () => "x".repeat(100_000)),
      {
        signal: never,
      },
    );
    expect(requests.map(({ sent }) => sent.input.length)).toEqual([25, 15]);
    expect(requests[0]?.sent.input[0]).toHaveLength(8_000);
  });

  it("writes prefixes, and asks for a dimension when one is set", async () => {
    const { url, requests } = await startService();
    const embedder = await open({
      url,
      dimension: 4,
      queryPrefix: "query: ",
      documentPrefix: "p: ",
    });
    await embedder.embedQuery("one", { signal: never });
    await embedder.embedDocuments(["two"], { signal: never });
    expect(requests.at(-2)?.sent).toMatchObject({ input: ["query: one"], dimensions: 4 });
    expect(requests.at(-1)?.sent.input).toEqual(["p: two"]);
  });
});

describe("a service with bad moments", () => {
  it.each([429, 500, 502, 503, 408])("is asked again after %d", async (status) => {
    const { url, answers, requests } = await startService();
    const embedder = await open({ url });
    requests.length = 0;
    answers.push(later(status, 0), later(status, 0));
    const row = await embedder.embedQuery("one", { signal: never });
    expect(deviation(row, [unit(vectorOf("one"))])).toBeLessThan(1e-6);
    expect(requests).toHaveLength(3);
  });

  it("is asked again when it drops the connection or is too slow", async () => {
    const { url, answers } = await startService();
    const embedder = await open({ url, timeoutMs: 300 });
    answers.push(
      (_, response) => void response.destroy(),
      () => undefined,
    );
    const row = await embedder.embedQuery("one", { signal: never });
    expect(deviation(row, [unit(vectorOf("one"))])).toBeLessThan(1e-6);
  });

  it("is given up after the attempts that are allowed", async () => {
    const { url, answers, requests } = await startService();
    const embedder = await open({ url, maxRetries: 2 });
    requests.length = 0;
    for (let n = 0; n < 5; n++) {
      answers.push((_, response) => reply(response, { error: { message: "overloaded" } }, 503));
    }
    await expect(embedder.embedQuery("one", { signal: never })).rejects.toMatchObject({
      code: "embedding-failed",
      message: expect.stringMatching(/answered 503: overloaded/),
      data: { model: embedder.model.id },
    });
    expect(requests).toHaveLength(3);
  });

  it("is not asked again when that would not help", async () => {
    const { url, answers, requests } = await startService();
    const embedder = await open({ url });
    requests.length = 0;
    answers.push((_, response) => reply(response, { error: "input too long" }, 400));
    const failing = embedder.embedQuery("one", { signal: never });
    await expect(failing).rejects.toThrow(/answered 400: input too long/);
    answers.push(later(429, 3_600));
    await expect(embedder.embedQuery("one", { signal: never })).rejects.toThrow(/answered 429/);
    expect(requests).toHaveLength(2);
  });

  it("holds nobody up whose signal aborts, while it answers or between attempts", async () => {
    const { url, answers, requests } = await startService();
    const embedder = await open({ url });
    for (const answer of [() => undefined, later(429, 30)]) {
      answers.push(answer);
      requests.length = 0;
      const controller = new AbortController();
      const waiting = Promise.resolve(embedder.embedQuery("one", { signal: controller.signal }));
      const outcome = waiting.then(
        () => "an answer",
        (error: Error) => error.message,
      );
      await waitUntil(() => requests.length === 1);
      controller.abort(new Error("the caller left"));
      expect(await outcome).toBe("the caller left");
    }
  });
});

describe("odd answers", () => {
  const item = (index: unknown, embedding: unknown) => ({ index, embedding });
  it.each<[string, unknown, RegExp]>([
    ["no list", { nothing: true }, /a list "data" expected/],
    ["too few", { data: [item(0, [1, 2, 3, 4])] }, /2 embeddings, one for each text/],
    ["an index twice", { data: [item(1, [1, 2, 3, 4]), item(1, [1, 2, 3, 4])] }, /index 1/],
    ["another dimension", { data: [item(0, [1, 2, 3]), item(1, [1, 2, 3, 4])] }, /of 4 numbers/],
    ["words", { data: [item(0, ["a"]), item(1, [1, 2, 3, 4])] }, /list of numbers/],
    ["half a number", { data: [item(0, "AAA="), item(1, "AAA=")] }, /base64 of float32/],
    ["infinity", { data: [item(0, [1e39, 1, 1, 1]), item(1, [1, 2, 3, 4])] }, /finite/],
  ])("with %s are errors", async (_, body, message) => {
    const { url, answers } = await startService();
    const embedder = await open({ url });
    answers.push((__, response) => reply(response, body));
    const failing = embedder.embedDocuments(["one", "two"], { signal: never });
    await expect(failing).rejects.toMatchObject({
      code: "embedding-failed",
      message: expect.stringMatching(message),
    });
  });

  it("that are no JSON are errors that ask for the address", async () => {
    const { url, answers } = await startService();
    const embedder = await open({ url });
    answers.push((_, response) => void response.end("<html>Welcome</html>"));
    const failing = embedder.embedQuery("one", { signal: never });
    await expect(failing).rejects.toThrow(/no JSON but .*Welcome.*embedding\.url/);
  });
});

describe("a service that cannot be used", () => {
  it.each([
    [401, { error: { message: `Incorrect API key provided: ${KEY}` } }, "refused"],
    [403, { message: "no access" }, "refused"],
    [404, { error: 'model "m" not found, try pulling it first' }, "model-missing"],
    [400, { detail: "dimensions are not supported" }, "failed"],
  ])("with status %d is told so, without the key", async (status, body, problem) => {
    const { url, answers } = await startService();
    answers.push((_, response) => reply(response, body, status));
    const loaded = await load({ url });
    expect(loaded).toMatchObject({ kind: "unavailable", problem });
    expect(JSON.stringify(loaded)).toContain(`answered ${status}`);
    expect(JSON.stringify(loaded)).not.toContain(KEY);
  });

  it("because nobody listens is told to be out of reach", async () => {
    const { url, server } = await startService();
    server.close();
    await once(server, "close");
    const loaded = await load({ url, maxRetries: 1 });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "unreachable" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("ECONNREFUSED"));
    closers.length = 0;
  });

  it("because it gives another dimension is told so", async () => {
    const { url } = await startService();
    const loaded = await load({ url, dimension: 384 });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "failed" });
    expect(loaded).toHaveProperty("message", expect.stringContaining("vectors of 384 numbers"));
  });

  it("because of its address is told so, without a password", async () => {
    const loaded = await load({ url: "https://user:planted@host/v1" });
    expect(loaded).toMatchObject({ kind: "unavailable", problem: "failed" });
    expect(JSON.stringify(loaded)).not.toContain("planted");
  });

  it("is given up with the signal", async () => {
    const { url } = await startService(() => undefined);
    const loading = load({ url }, AbortSignal.timeout(100));
    await expect(loading).rejects.toThrow(/timeout/);
  });
});
