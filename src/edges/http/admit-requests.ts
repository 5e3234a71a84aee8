import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Principal } from "../../core/access/index.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { Admission } from "./admission.ts";
import type { RouteAccess } from "./endpoint.ts";
import { NOBODY } from "./fastify-additions.ts";
import { followTrace } from "./trace.ts";

const EXPOSED_HEADERS = "x-trace-id, traceresponse, retry-after, mcp-session-id, location";

/**
 * The one hook that every request passes first, also those of what is registered beside the REST
 * endpoints: trace, `Host`, `Origin` and CORS, then who asks and whether they may.
 */
export function admitRequests(
  app: FastifyInstance,
  deps: { readonly admission: Admission; readonly gateway: Pick<Gateway, "access" | "random"> },
): void {
  const { admission, gateway } = deps;
  app.decorateRequest("traceId", "");
  app.decorateRequest("principal");

  function admit(request: FastifyRequest, reply: FastifyReply): boolean {
    request.principal = NOBODY;
    followTrace(request, reply, gateway.random);
    reply.header("cache-control", "no-store");
    reply.header("x-content-type-options", "nosniff");
    const page = admission.checkOrigin(request.headers);
    if (page !== undefined && answersPage(request, reply, page)) return false;
    authorise(request);
    return true;
  }

  function authorise(request: FastifyRequest): void {
    if (request.is404) return;
    const { access = "agent" } = request.routeOptions.config;
    if (access === "open") return;
    request.principal = admission.authenticate(request.headers);
    requireAccess(access, request.principal, gateway);
  }

  app.addHook("onRequest", (request, reply, done) => {
    try {
      if (admit(request, reply)) done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws GatewayError `forbidden` unless the principal has the role that is needed. */
export function requireAccess(
  needed: RouteAccess,
  principal: Principal,
  { access }: Pick<Gateway, "access">,
): void {
  if (typeof needed === "object") access.requireRole(principal, needed.role, needed.action);
}

/** Lets an allowed page read the answer; gives true for a preflight, which is answered here. */
function answersPage(request: FastifyRequest, reply: FastifyReply, page: string): boolean {
  reply.header("access-control-allow-origin", page);
  reply.header("vary", "origin");
  reply.header("access-control-expose-headers", EXPOSED_HEADERS);
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || method === undefined) return false;
  reply.header("access-control-allow-methods", method);
  const headers = request.headers["access-control-request-headers"];
  if (headers !== undefined) reply.header("access-control-allow-headers", headers);
  reply.header("access-control-max-age", "600");
  void reply.code(204).send();
  return true;
}
