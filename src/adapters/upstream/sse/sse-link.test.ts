import type { ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { listenHttp } from "../../../../test/support/http-listener.ts";
import { createSystemClock } from "../../../kernel/clock.ts";
import { createSilentLogger } from "../../../kernel/log.ts";
import { SSE_UPSTREAM_DEFAULTS } from "./options.ts";
import { createSseLinkFactory } from "./sse-link.ts";

type Post = { url: string; body: string; headers: NodeJS.Dict<string | string[]> };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A server whose stream begins with what `greet` writes; POSTs are answered by `take`. */
async function serve(parts: {
  greet: (stream: ServerResponse) => void;
  take?: (post: Post, response: ServerResponse, stream: ServerResponse) => void;
}) {
  const posts: Post[] = [];
  let stream: ServerResponse | undefined;
  const listener = await listenHttp(async (request, response) => {
    if (request.method === "GET") {
      stream = response;
      return parts.greet(response);
    }
    const post = {
      url: request.url ?? "",
      body: await readText(request),
      headers: request.headers,
    };
    posts.push(post);
    parts.take?.(post, response, stream!);
  });
  const closed: Error[] = [];
  const factory = createSseLinkFactory(
    { ...SSE_UPSTREAM_DEFAULTS, postTimeoutMs: 100 },
    { clock: createSystemClock(), log: createSilentLogger() },
  );
  closers.push(listener.close);
  const open = async (signal = AbortSignal.timeout(5_000)) => {
    const link = await factory.open(
      { transport: "sse", url: `${listener.origin}/sse`, headers: { "X-Key": "k" } },
      { onMessage: () => undefined, onClose: (reason) => closed.push(reason) },
      signal,
    );
    closers.push(async () => link[Symbol.asyncDispose]());
    return link;
  };
  return { open, posts, closed, origin: listener.origin, end: () => stream?.end() };
}

const { signal } = new AbortController();
const call = { id: 1, method: "m" };
const answer = (stream: ServerResponse): unknown =>
  stream.write(`data: ${JSON.stringify({ jsonrpc: "2.0", id: 1, result: { ok: true } })}\n\n`);

function greeting(endpoint: string): (stream: ServerResponse) => void {
  return (stream) => {
    stream.writeHead(200, { "content-type": "text/event-stream" });
    stream.write(`event: endpoint\ndata: ${endpoint}\n\n`);
  };
}

describe("an HTTP+SSE link", () => {
  it("posts to the endpoint that the stream names, with the configured headers", async () => {
    const server = await serve({
      greet: greeting("/messages?session=1"),
      take(_post, response, stream) {
        response.writeHead(202).end();
        answer(stream);
      },
    });
    const link = await server.open();
    expect(await link.request(call, signal)).toMatchObject({ frame: { kind: "response" } });
    expect(server.posts[0]).toMatchObject({
      url: "/messages?session=1",
      headers: { "x-key": "k", "content-type": "application/json" },
    });
  });

  it("is answered though the server leaves the POST open", async () => {
    const server = await serve({
      greet: greeting("/messages"),
      take: (_post, _response, stream) => answer(stream),
    });
    const link = await server.open();
    expect(await link.request(call, signal)).toMatchObject({ frame: { kind: "response" } });
  });

  it("fails only the request whose POST is refused", async () => {
    const server = await serve({
      greet: greeting("/messages"),
      take(_post, response, stream) {
        if (server.posts.length === 1) return response.writeHead(500).end();
        response.writeHead(202).end();
        answer(stream);
      },
    });
    const link = await server.open();
    await expect(link.request(call, signal)).rejects.toMatchObject({ kind: "protocol" });
    expect(await link.request(call, signal)).toMatchObject({ frame: { kind: "response" } });
  });

  it("never posts to another origin", async () => {
    const server = await serve({ greet: greeting("http://127.0.0.1:1/steal") });
    await expect(server.open()).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("another origin: http://127.0.0.1:1"),
    });
  });

  it.each([
    [401, {}, { kind: "unauthorised" }],
    [404, {}, { kind: "protocol", httpStatus: 404 }],
    [200, { "content-type": "text/html" }, { kind: "protocol" }],
  ])("is not opened by a stream of status %i %o", async (status, headers, failure) => {
    const server = await serve({ greet: (stream) => stream.writeHead(status, headers).end() });
    await expect(server.open()).rejects.toMatchObject(failure);
  });

  it("gives up waiting for the endpoint when it is told to", async () => {
    const server = await serve({
      greet: (stream) =>
        stream.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n"),
    });
    await expect(server.open(AbortSignal.timeout(50))).rejects.toThrow("timeout");
  });

  it("tells that the stream has ended, and fails what is under way", async () => {
    const server = await serve({
      greet: greeting("/messages"),
      take: (_post, response) => response.writeHead(202).end(),
    });
    const link = await server.open();
    const pending = link.request(call, signal);
    pending.catch(() => undefined);
    await expect.poll(() => server.posts.length).toBe(1);
    server.end();
    await expect(pending).rejects.toMatchObject({ kind: "closed", reached: true });
    expect(server.closed).toHaveLength(1);
  });
});
