import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { encodeError } from "../../../mcp/encode.ts";
import { readEnvelope } from "../../../mcp/envelope.ts";
import { FrameError, parseFrames, type Frame } from "../../../mcp/frame.ts";
import { isRevision, MODERN_REVISION, REVISIONS } from "../../../mcp/revisions.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import type { Principal } from "../../../core/access/index.ts";
import { rpcError } from "../answer.ts";
import type { SurfaceResolver } from "../surface.ts";
import { sendAnswer, type StreamLimits } from "./exchange.ts";
import { header } from "./headers.ts";
import type { LegacyCall, LegacyHttp } from "./legacy.ts";
import type { ModernHttp } from "./modern.ts";

export interface McpRouteDeps {
  readonly legacy: LegacyHttp;
  readonly modern: ModernHttp;
  readonly resolve: SurfaceResolver;
  readonly limits: StreamLimits;
  readonly maxMessageBytes: number;
  /** Who asks; the HTTP edge has authenticated by then. */
  readonly principalOf: (request: FastifyRequest) => Principal;
}

const PATHS = ["/mcp", "/mcp/all", "/mcp/servers/:server"] as const;

/** Streamable HTTP of both eras on `/mcp` and below. Bodies are taken as bytes. */
export function registerMcpRoutes(fastify: FastifyInstance, deps: McpRouteDeps): void {
  void fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    for (const url of PATHS) {
      scope.route({
        method: "POST",
        url,
        bodyLimit: deps.maxMessageBytes,
        handler: (request, reply) => post(deps, request, reply),
      });
      scope.get(url, (request, reply) => withSurface(deps, { request, reply }, deps.legacy.get));
      scope.delete(url, (request, reply) =>
        withSurface(deps, { request, reply }, deps.legacy.delete),
      );
    }
  });
}

async function post(
  deps: McpRouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const version = header(request.headers, "mcp-protocol-version");
  if (version !== undefined && !isRevision(version)) return unsupported(reply, version);
  const frames = readBody(request.body, reply);
  if (frames === undefined) return reply;
  return withSurface(deps, { request, reply }, (call) => dispatch(deps, call, frames));
}

/** The body decides the era: a request with a modern envelope is modern, all else is legacy. */
function dispatch(deps: McpRouteDeps, call: LegacyCall, frames: readonly Frame[]): unknown {
  const [frame] = frames;
  const version = header(call.fastify.headers, "mcp-protocol-version");
  if (frames.length !== 1 || frame === undefined) return deps.legacy.post(call, frames);
  if (frame.kind !== "request") {
    // Modern notifications over HTTP have nothing to act on: cancellation closes the stream.
    if (version === MODERN_REVISION) return call.reply.code(202).send();
    return deps.legacy.post(call, frames);
  }
  const reading = readEnvelope(frame.params);
  if (reading.kind === "none" && version !== MODERN_REVISION) return deps.legacy.post(call, frames);
  if (reading.kind === "modern") {
    const exchange = { ...call, frame, limits: deps.limits };
    return deps.modern.serve(exchange, call.surface, call.principal);
  }
  const problem =
    reading.kind === "invalid"
      ? reading
      : {
          code: RPC.invalidParams,
          message: "params._meta lacks the per-request envelope",
          data: undefined,
        };
  const answer = rpcError(problem.code, problem.message, { data: problem.data, httpStatus: 400 });
  return sendAnswer(call, frame.id, answer);
}

function withSurface(
  deps: McpRouteDeps,
  http: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  run: (call: LegacyCall) => unknown,
): unknown {
  const { request, reply } = http;
  const principal = deps.principalOf(request);
  const path = pathBelowMcp(request.url);
  const surface = deps.resolve(path, principal);
  if (surface === undefined) {
    const message = `no such MCP endpoint: /mcp/${path.slice(0, 100)}`;
    return reply
      .code(404)
      .header("content-type", "application/json")
      .send(encodeError(null, { code: RPC.invalidRequest, message }));
  }
  return run({ fastify: request, reply, surface, principal });
}

/** What follows `/mcp/` in a request's target, without its query. */
function pathBelowMcp(target: string): string {
  const query = target.indexOf("?");
  return (query < 0 ? target : target.slice(0, query)).slice("/mcp/".length);
}

function readBody(body: unknown, reply: FastifyReply): readonly Frame[] | undefined {
  try {
    return parseFrames(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    const encoded = encodeError(error.id, { code: error.rpcCode, message: error.message });
    reply.code(400).header("content-type", "application/json").send(encoded);
    return undefined;
  }
}

function unsupported(reply: FastifyReply, version: string): FastifyReply {
  const encoded = encodeError(null, {
    code: RPC.unsupportedProtocolVersion,
    message: `unsupported protocol version ${JSON.stringify(version.slice(0, 40))}`,
    data: toRawJson({ supported: REVISIONS, requested: version.slice(0, 40) }),
  });
  return reply.code(400).header("content-type", "application/json").send(encoded);
}
