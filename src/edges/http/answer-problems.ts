import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GatewayError, isGatewayError, toGatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";
import { invalidRequest } from "../../contract/index.ts";
import { toProblem } from "./problem.ts";

/** Largest body that is read only to be thrown away. */
const MAX_DISCARDED_BYTES = 67_108_864;

interface ProblemDeps {
  readonly log: Logger;
  readonly maxBodyBytes: number;
  /** Paths there are, for "did you mean". */
  readonly paths: readonly string[];
}

/** Answers whatever goes wrong as a problem, and logs what nobody foresaw. */
export function answerProblems(app: FastifyInstance, deps: ProblemDeps): void {
  app.setErrorHandler((error, request, reply) => {
    const { failure, status } = toFailure(error, request, deps);
    const { traceId, method } = request;
    logBug(failure, { traceId, method, route: request.routeOptions.url }, deps.log);
    if (failure.code === "payload-too-large") letFinish(request, reply);
    return sendProblem(reply, failure, status);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, unknownRoute(request, deps.paths), undefined),
  );
}

/**
 * A client that is cut off while it still sends does not get to read why: what it has announced is
 * read to its end and thrown away, unless it is very much.
 */
function letFinish({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (Number(headers["content-length"]) <= MAX_DISCARDED_BYTES) reply.removeHeader("connection");
}

/** Sends a failure as the answer; `status` where HTTP has a finer one than the code's. */
export function sendProblem(
  reply: FastifyReply,
  error: GatewayError,
  status: number | undefined,
): FastifyReply {
  const { traceId } = reply.request;
  const problem = toProblem(error, status === undefined ? { traceId } : { traceId, status });
  return reply.code(problem.status).headers(problem.headers).send(problem.body);
}

/** What nobody foresaw is answered without details, and logged with all of them. */
export function logBug(
  failure: GatewayError,
  about: Readonly<Record<string, string | undefined>>,
  log: Logger,
): void {
  if (failure.code !== "internal") return;
  log.error({ ...about, err: failure.cause }, "A request failed for a reason nobody foresaw.");
}

function toFailure(
  error: unknown,
  request: FastifyRequest,
  { maxBodyBytes }: ProblemDeps,
): { failure: GatewayError; status?: number } {
  if (isGatewayError(error)) return { failure: error };
  const { code, statusCode, message } = error as Partial<FastifyError>;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    const limitBytes = request.routeOptions.bodyLimit || maxBodyBytes;
    const text = `The body is larger than ${limitBytes} bytes, the limit.`;
    return { failure: new GatewayError("payload-too-large", text, { limitBytes }) };
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    const type = JSON.stringify(request.headers["content-type"] ?? null);
    const text = `the header content-type must be application/json, received ${type}`;
    return { failure: invalidRequest([{ path: "", message: text }]), status: 415 };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { failure: invalidRequest([{ path: "", message: message ?? "the request is broken" }]) };
  }
  return { failure: toGatewayError(error) };
}

function unknownRoute(request: FastifyRequest, paths: readonly string[]): GatewayError {
  const route = `${request.method} ${request.url.split("?", 1)[0]?.slice(0, 200)}`;
  const [nearest] = nearestNames(request.url.split("?", 1)[0] ?? "", paths, 1);
  const hint = nearest === undefined ? "" : `did you mean ${nearest}? `;
  return new GatewayError(
    "unknown-route",
    `There is nothing at ${route}; ${hint}/openapi.json lists what there is.`,
    { route },
  );
}
