import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Principal } from "../../core/access/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { clientGone } from "./client-gone.ts";
import {
  acceptsEventStream,
  openEventStream,
  type EventStream,
  type EventStreamLimits,
} from "./event-stream.ts";

/** How an endpoint answers; fastify's reply is one. What it sends goes out as it is, or as JSON. */
export interface Reply {
  code(status: number): Reply;
  header(name: string, value: string): Reply;
  headers(values: Readonly<Record<string, string>>): Reply;
  send(body?: Uint8Array | string | object): unknown;
}

/** A request before it is read, whichever way it came: over HTTP, or over a socket. */
export interface Incoming {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The bytes that came; `undefined` without any. */
  readonly body: Buffer | undefined;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly principal: Principal;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** Whether the caller wants to hear what happens until the answer is there. */
  readonly wantsEvents: boolean;
  readonly reply: Reply;
  /** Aborts when the caller leaves, or cancels, before it has its answer; to be asked for at once. */
  gone(): AbortSignal;
  /** Takes the answer over: from here on events are sent, and then perhaps an answer. */
  openEvents(): EventStream;
  /** Runs when the answer has been sent. */
  afterAnswer(run: () => void): void;
}

/** A request that came over HTTP. */
export function fromHttp(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: { readonly options: EventStreamLimits; readonly clock: Clock },
): Incoming {
  const { params, query, body, headers, principal, traceId } = request;
  return {
    params: params as Incoming["params"],
    query: query as Incoming["query"],
    body: Buffer.isBuffer(body) ? body : undefined,
    headers,
    principal,
    traceId,
    wantsEvents: request.method !== "HEAD" && acceptsEventStream(headers.accept),
    reply,
    gone: () => clientGone(reply),
    openEvents: () => openEventStream(reply, deps.options, deps.clock),
    afterAnswer: (run) => void reply.raw.once("close", run),
  };
}
