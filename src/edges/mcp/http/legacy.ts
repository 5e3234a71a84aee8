import type { FastifyReply, FastifyRequest } from "fastify";
import { encodeError } from "../../../mcp/encode.ts";
import type { Frame } from "../../../mcp/frame.ts";
import { LATEST_LEGACY_REVISION } from "../../../mcp/revisions.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Principal } from "../../../core/access/index.ts";
import { encodeAnswer, type Answer } from "../answer.ts";
import { readCancelledId } from "../in-flight.ts";
import type { Responder } from "../responder.ts";
import type { Surface } from "../surface.ts";
import { respond, sendAnswer, type Exchange, type StreamLimits } from "./exchange.ts";
import { acceptsStream, header } from "./headers.ts";
import type { Session, Sessions } from "./sessions.ts";
import { openSseStream } from "./sse-stream.ts";

/** One HTTP request from a legacy client, and whose it is. */
export interface LegacyCall {
  readonly fastify: FastifyRequest;
  readonly reply: FastifyReply;
  readonly surface: Surface;
  readonly principal: Principal;
}

export interface LegacyHttpDeps {
  readonly responder: Responder;
  readonly sessions: Sessions;
  readonly limits: StreamLimits;
}

/** Streamable HTTP as of 2025-03-26 … 2025-11-25: sessions, GET stream, DELETE. */
export interface LegacyHttp {
  post(call: LegacyCall, frames: readonly Frame[]): Promise<unknown>;
  get(call: LegacyCall): unknown;
  delete(call: LegacyCall): unknown;
}

/** Makes the legacy side of the MCP routes. */
export function createLegacyHttp(deps: LegacyHttpDeps): LegacyHttp {
  return {
    post: (call, frames) => post(deps, call, frames),
    get: (call) => openStream(deps, call),
    delete(call) {
      const session = sessionOf(deps, call);
      if (session === undefined) return noSession(call);
      deps.sessions.close(session);
      return call.reply.code(204).send();
    },
  };
}

async function post(
  deps: LegacyHttpDeps,
  call: LegacyCall,
  frames: readonly Frame[],
): Promise<unknown> {
  const [first] = frames;
  if (first?.kind === "request" && first.method === "initialize" && frames.length === 1) {
    return initialize(deps, call, first);
  }
  const session = sessionOf(deps, call);
  if (session === undefined) return noSession(call, first);
  for (const frame of frames) hear(session, frame);
  const requests = frames.filter((frame) => frame.kind === "request");
  if (requests.length === 0) return call.reply.code(202).send();
  if (frames.length > 1) return postBatch(deps, { call, session, requests });
  const frame = requests[0]!;
  const exchange: Exchange = { ...call, frame, limits: deps.limits };
  return respond(exchange, (notify, signal) =>
    session.inFlight.run(frame.id, signal, (inner) =>
      deps.responder.answer(
        { frame, surface: call.surface, peer: peer(call, session), notify },
        inner,
      ),
    ),
  );
}

function initialize(
  deps: LegacyHttpDeps,
  call: LegacyCall,
  frame: Extract<Frame, { kind: "request" }>,
): FastifyReply {
  const { surface, principal } = call;
  const { answer, revision } = deps.responder.initialize({
    frame,
    surface,
    peer: { principal, era: "legacy", revision: LATEST_LEGACY_REVISION },
    notify: () => undefined,
  });
  const session = deps.sessions.open({ principal, surface, revision });
  return sendAnswer({ ...call, headers: { "mcp-session-id": session.id } }, frame.id, answer);
}

/** A batch (2025-03-26): its requests run side by side, their answers come as one array. */
async function postBatch(
  deps: LegacyHttpDeps,
  batch: {
    call: LegacyCall;
    session: Session;
    requests: readonly Extract<Frame, { kind: "request" }>[];
  },
): Promise<unknown> {
  const { call, session, requests } = batch;
  const answers = await Promise.all(
    requests.map(async (frame) => {
      const answer: Answer = await session.inFlight.run(frame.id, undefined, (signal) =>
        deps.responder.answer(
          { frame, surface: call.surface, peer: peer(call, session), notify: () => undefined },
          signal,
        ),
      );
      return encodeAnswer(frame.id, answer);
    }),
  );
  const parts = answers.filter((part) => part !== undefined);
  const body = Buffer.concat(
    parts.flatMap((part, at) => [Buffer.from(at === 0 ? "[" : ","), part]),
  );
  return call.reply
    .header("content-type", "application/json")
    .send(Buffer.concat([body, Buffer.from(parts.length === 0 ? "[]" : "]")]));
}

function openStream(deps: LegacyHttpDeps, call: LegacyCall): unknown {
  const { reply, fastify } = call;
  // Clients probe with a bare GET: without a session there is nothing to listen to.
  if (!acceptsStream(fastify.headers) || header(fastify.headers, "mcp-session-id") === undefined) {
    return reply.code(405).header("allow", "POST, DELETE").send();
  }
  const session = sessionOf(deps, call);
  if (session === undefined) return noSession(call);
  if (session.stream !== undefined) {
    return reply.code(409).send({ error: "this session has a stream already" });
  }
  reply.hijack();
  session.stream = openSseStream(reply.raw, {
    ...deps.limits,
    onClose: () => (session.stream = undefined),
  });
  return reply;
}

function hear(session: Session, frame: Frame): void {
  if (frame.kind !== "notification" || frame.method !== "notifications/cancelled") return;
  const id = readCancelledId(frame);
  if (id !== undefined) session.inFlight.cancel(id);
}

function sessionOf(deps: LegacyHttpDeps, call: LegacyCall): Session | undefined {
  const id = header(call.fastify.headers, "mcp-session-id");
  return id === undefined ? undefined : deps.sessions.find(id, call.principal, call.surface);
}

/** 404 tells a client to initialise anew; 400 that it never did. */
function noSession(call: LegacyCall, frame?: Frame): FastifyReply {
  const known = header(call.fastify.headers, "mcp-session-id") !== undefined;
  const message = known
    ? "the session is unknown or has ended; open a new one with initialize"
    : "Mcp-Session-Id is missing; open a session with initialize";
  const id = frame?.kind === "request" ? frame.id : null;
  return call.reply
    .code(known ? 404 : 400)
    .header("content-type", "application/json")
    .send(encodeError(id, { code: RPC.invalidRequest, message }));
}

function peer(call: LegacyCall, session: Session) {
  return {
    principal: call.principal,
    era: "legacy",
    revision: session.revision,
    session: session.id,
  } as const;
}
