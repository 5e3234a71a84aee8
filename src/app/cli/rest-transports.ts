import type { Readable } from "node:stream";
import { request } from "undici";
import type { FastifyInstance } from "fastify";
import type { RestRequest, RestResponse, RestTransport } from "../../edges/cli/host.ts";
import { GatewayError } from "../../kernel/errors.ts";

/** The HTTP API of a daemon. */
export function createHttpTransport(url: string, token: string | undefined): RestTransport {
  const base = url.replace(/\/+$/, "");
  const authorisation = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    target: base,
    async send({ method, path, body, headers, signal, onChunk }): Promise<RestResponse> {
      try {
        const answer = await request(`${base}${path}`, {
          method,
          headers: { ...authorisation, ...jsonHeaders(body), ...headers },
          body: body ?? null,
          signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        return {
          status: answer.statusCode,
          headers: flat(answer.headers),
          body: await gather(answer.body, onChunk),
        };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw unreachable(base, error as NodeJS.ErrnoException);
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The same API straight into a gateway of this process. */
export function createInProcessTransport(
  http: FastifyInstance,
  dispose: () => Promise<void>,
): RestTransport {
  return {
    target: "this process",
    async send(asked: RestRequest): Promise<RestResponse> {
      const { method, path, body, headers, signal, onChunk } = asked;
      const answer = await http.inject({
        method,
        url: path,
        headers: { host: "127.0.0.1", ...jsonHeaders(body), ...headers },
        signal,
        payloadAsStream: true,
        ...(body === undefined ? {} : { payload: body }),
      });
      return {
        status: answer.statusCode,
        headers: flat(answer.headers),
        body: await gather(answer.stream(), onChunk),
      };
    },
    [Symbol.asyncDispose]: dispose,
  };
}

async function gather(body: Readable, onChunk: RestRequest["onChunk"]): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    onChunk?.(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonHeaders(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { "content-type": "application/json" };
}

function flat(headers: object): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value === undefined ? undefined : String(value),
    ]),
  );
}

/** How a connection ends that had been there. */
const LOST: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "UND_ERR_SOCKET",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
]);

function unreachable(base: string, error: NodeJS.ErrnoException): GatewayError {
  const { code = "", message } = error;
  if (LOST.has(code)) {
    const what = `The connection to ${base} was lost before the answer had come: ${message}.`;
    const data = { url: base, reason: "connection-lost", cause: error } as const;
    return new GatewayError("daemon-unreachable", what, data);
  }
  const why = code === "ECONNREFUSED" ? "the connection is refused" : message;
  const what = `No daemon answers at ${base}: ${why}.`;
  return new GatewayError("daemon-unreachable", what, { url: base, cause: error });
}
