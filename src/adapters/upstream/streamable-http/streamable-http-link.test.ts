import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { listenHttp } from "../../../../test/support/http-listener.ts";
import { createSystemClock } from "../../../kernel/clock.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import type { Frame } from "../../../mcp/frame.ts";
import type { Link, LinkRequest } from "../../../core/upstream/index.ts";
import { HTTP_UPSTREAM_DEFAULTS } from "./options.ts";
import { createStreamableHttpLinkFactory } from "./streamable-http-link.ts";

type Handler = (exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  body: string;
  json(value: unknown, headers?: Record<string, string>): void;
  stream(headers?: Record<string, string>): void;
}) => unknown;

type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(handler: Handler, headers: Record<string, string> = {}, path = "/mcp") {
  const seen: Seen[] = [];
  const listener = await listenHttp(async (request, response) => {
    const body = await readText(request);
    const { method = "", url = "" } = request;
    seen.push({ method, url, headers: request.headers, body });
    await handler({
      request,
      response,
      body,
      json: (value, more = {}) =>
        response
          .writeHead(200, { "content-type": "application/json", ...more })
          .end(JSON.stringify(value)),
      stream: (more = {}) =>
        response.writeHead(200, { "content-type": "text/event-stream", ...more }),
    });
  });
  const heard: { frame: Frame; request: unknown }[] = [];
  const factory = createStreamableHttpLinkFactory(
    { ...HTTP_UPSTREAM_DEFAULTS, maxMessageBytes: 10_000 },
    { clock: createSystemClock() },
  );
  const link = await factory.open(
    { transport: "streamable-http", url: `${listener.origin}${path}`, headers },
    {
      onMessage: (frame, request) => heard.push({ frame, request }),
      onClose: () => undefined,
    },
    new AbortController().signal,
  );
  closers.push(listener.close, async () => link[Symbol.asyncDispose]());
  return { link, seen, heard };
}

const { signal } = new AbortController();
const result = { jsonrpc: "2.0", id: 1, result: { ok: true } };
const event = (message: unknown, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
const modern: LinkRequest = {
  id: 1,
  method: "tools/call",
  params: toRawJson({ name: "t" }),
  revision: "2026-07-28",
  name: "tööl",
  paramHeaders: ["Mcp-Param-Region", "eu"],
};
const legacy: LinkRequest = { id: 1, method: "tools/call", revision: "2025-06-18" };

async function initialised(link: Link): Promise<void> {
  await link.request({ id: 0, method: "initialize" }, signal);
}

/** Opens a session, then does as told. */
function withSession(then: Handler): Handler {
  return (exchange) =>
    exchange.body.includes('"initialize"')
      ? exchange.json({ jsonrpc: "2.0", id: 0, result: {} }, { "mcp-session-id": "session-1" })
      : then(exchange);
}

describe("a modern request", () => {
  it("carries what the body says in headers, encoded where it is not plain", async () => {
    const headers = { Authorization: "Bearer k", "Mcp-Name": "forged", Accept: "text/html" };
    const { link, seen } = await open(({ json }) => json(result), headers);
    await link.request(modern, signal);
    expect(seen[0]?.headers).toMatchObject({
      accept: "application/json, text/event-stream",
      authorization: "Bearer k",
      "content-type": "application/json",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "=?base64?dMO2w7Zs?=",
      "mcp-param-region": "eu",
    });
  });

  it("is cancelled by closing its stream, and nothing is sent for it", async () => {
    let closed = false;
    const { link, seen } = await open(({ response, stream }) => {
      stream();
      response.write(": open\n\n");
      response.once("close", () => (closed = true));
    });
    const abort = new AbortController();
    const call = link.request(modern, abort.signal);
    await expect.poll(() => seen.length).toBe(1);
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect.poll(() => closed).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it("is answered by an error body whatever its status", async () => {
    const error = { jsonrpc: "2.0", id: null, error: { code: -32020, message: "mismatch" } };
    const { link } = await open(({ response }) =>
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(error)),
    );
    const answer = await link.request(modern, signal);
    expect(answer).toMatchObject({
      httpStatus: 400,
      frame: { kind: "error", error: { code: -32020 } },
    });
  });

  it("that is streamed is not resumed when the stream breaks off", async () => {
    const { link, seen } = await open(({ response, stream }) => {
      stream();
      response.end("id: 1\ndata: \n\n");
    });
    await expect(link.request(modern, signal)).rejects.toMatchObject({
      kind: "closed",
      reached: true,
    });
    expect(seen).toHaveLength(1);
  });
});

describe("a legacy conversation", () => {
  it("takes the session from initialize, sends it, and ends it when disposed", async () => {
    const { link, seen } = await open(withSession(({ json }) => json(result)));
    await initialised(link);
    await link.request(legacy, signal);
    await link[Symbol.asyncDispose]();
    expect(seen.map(({ method }) => method)).toEqual(["POST", "POST", "DELETE"]);
    expect(seen[0]?.headers).not.toHaveProperty("mcp-session-id");
    for (const { headers } of seen.slice(1)) {
      expect(headers).toMatchObject({
        "mcp-session-id": "session-1",
        "mcp-protocol-version": "2025-06-18",
      });
    }
  });

  it.each([
    [404, ""],
    [
      404,
      JSON.stringify({
        jsonrpc: "2.0",
        id: null,
        error: { code: -32001, message: "Session not found" },
      }),
    ],
    [
      400,
      JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        error: { code: -32000, message: "Bad Request: No valid session ID" },
      }),
    ],
  ])("is lost when the server answers %i %s", async (status, body) => {
    const { link } = await open(
      withSession(({ response }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(body),
      ),
    );
    await initialised(link);
    await expect(link.request(legacy, signal)).rejects.toMatchObject({ kind: "session-expired" });
  });

  it("delivers what comes before the answer in its stream, with the request's id", async () => {
    const note = { jsonrpc: "2.0", method: "notifications/progress", params: {} };
    const { link, heard } = await open(({ response, stream }) => {
      stream();
      response.end(event(note) + event({ ...result, id: "1" }));
    });
    expect(await link.request(legacy, signal)).toMatchObject({ frame: { kind: "response" } });
    expect(heard).toMatchObject([{ frame: { kind: "notification" }, request: 1 }]);
  });

  it("resumes a stream that broke off where the server gave ids", async () => {
    const { link, seen } = await open(({ request, response, stream }) => {
      stream();
      if (request.method === "POST") response.write("retry: 10\nid: e1\ndata: \n\n");
      else if (request.headers["last-event-id"] === "e1") response.write("id: e2\ndata: \n\n");
      else response.write(event(result, "e3"));
      setTimeout(() => response.destroy(), 20);
    });
    expect(await link.request(legacy, signal)).toMatchObject({ frame: { kind: "response" } });
    expect(seen.map(({ method, headers }) => [method, headers["last-event-id"]])).toEqual([
      ["POST", undefined],
      ["GET", "e1"],
      ["GET", "e2"],
    ]);
  });

  it("gives up resuming when nothing comes of it", async () => {
    const { link, seen } = await open(({ response, stream }) => {
      stream();
      response.end("retry: 1\nid: e1\n\n");
    });
    await expect(link.request(legacy, signal)).rejects.toMatchObject({ kind: "closed" });
    expect(seen).toHaveLength(4);
  });

  it("tells the server what is cancelled", async () => {
    const { link, seen } = await open(({ body, response }) => {
      if (body.includes("cancelled")) response.writeHead(202).end();
    });
    const abort = new AbortController();
    const call = link.request(legacy, abort.signal);
    await expect.poll(() => seen.length).toBe(1);
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect.poll(() => seen[1]?.body).toContain('"requestId":1');
  });

  it("keeps the GET stream open, and does without where there is none", async () => {
    const note = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
    const { link, heard } = await open(
      withSession(({ request, response, stream, json }) => {
        if (request.method !== "GET") return json(result);
        stream();
        response.write(event(note));
      }),
    );
    await initialised(link);
    await link.request(legacy, signal);
    const abort = new AbortController();
    const listening = link.listen(abort.signal);
    await expect.poll(() => heard.length).toBe(1);
    abort.abort();
    await listening;
    const without = await open(({ request, response, json }) =>
      request.method === "GET" ? response.writeHead(405).end() : json(result),
    );
    await without.link.request(legacy, signal);
    await without.link.listen(signal);
    expect(without.seen.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });
});

describe("an answer over HTTP", () => {
  it.each([
    [401, {}, { kind: "unauthorised", httpStatus: 401 }],
    [403, {}, { kind: "unauthorised", httpStatus: 403 }],
    [429, { "retry-after": "3" }, { kind: "overloaded", retryAfterMs: 3_000, reached: false }],
    [503, {}, { kind: "overloaded", reached: true }],
    [502, {}, { kind: "closed" }],
    [500, {}, { kind: "protocol", httpStatus: 500 }],
    [202, {}, { kind: "protocol", message: "HTTP 202 without an answer" }],
    [200, { "content-type": "text/html" }, { kind: "protocol" }],
    [
      302,
      { location: "https://elsewhere.example/login?x=1" },
      { kind: "protocol", message: "HTTP 302 redirects to https://elsewhere.example/login" },
    ],
  ])("of status %i %o is told apart", async (status, headers, failure) => {
    const { link } = await open(({ response }) => response.writeHead(status, headers).end());
    await expect(link.request(modern, signal)).rejects.toMatchObject(failure);
  });

  it("that redirects within the origin is followed, from then on at once", async () => {
    const { link, seen } = await open(({ request, response, json }) =>
      request.url === "/mcp" ? response.writeHead(307, { location: "/mcp/" }).end() : json(result),
    );
    await link.request(modern, signal);
    await link.request(modern, signal);
    expect(seen.map(({ url }) => url)).toEqual(["/mcp", "/mcp/", "/mcp/"]);
  });

  it("that redirects to another origin is not followed", async () => {
    const { link } = await open(({ response }) =>
      response.writeHead(307, { location: "http://127.0.0.1:1/mcp" }).end(),
    );
    await expect(link.request(modern, signal)).rejects.toMatchObject({ kind: "protocol" });
  });

  it.each(["json", "stream"])("that is too large as %s breaks the protocol", async (kind) => {
    const huge = { ...result, result: { text: "x".repeat(20_000) } };
    const { link } = await open(({ response, json, stream }) => {
      if (kind === "json") return json(huge);
      stream();
      response.end(event(huge));
    });
    await expect(link.request(modern, signal)).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("10000 bytes"),
    });
  });

  it("that does not come fails when the link is disposed", async () => {
    const { link } = await open(() => undefined);
    const call = link.request(modern, signal);
    call.catch(() => undefined);
    await link[Symbol.asyncDispose]();
    await expect(call).rejects.toMatchObject({ kind: "closed", reached: true });
    await expect(link.request(modern, signal)).rejects.toMatchObject({ reached: false });
  });

  it("of nobody says that nothing listens", async () => {
    const { link } = await open(() => undefined);
    await closers.shift()?.();
    await expect(link.request(modern, signal)).rejects.toMatchObject({
      kind: "connect",
      reached: false,
      message: expect.stringContaining("nothing listens at 127.0.0.1"),
    });
  });

  it("cannot come to a header that HTTP forbids", async () => {
    const { link } = await open(() => undefined, { "X-Odd": "a\r\nb: c" });
    await expect(link.request(modern, signal)).rejects.toMatchObject({ reached: false });
  });
});
