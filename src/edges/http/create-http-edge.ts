import fastify, { type FastifyInstance } from "fastify";
import { invalidRequest } from "../../contract/index.ts";
import { createAdmission } from "./admission.ts";
import { admitRequests } from "./admit-requests.ts";
import { admitUpgrades } from "./upgrades.ts";
import { closeUnusedSockets } from "./unused-sockets.ts";
import { answerBrokenRequest } from "./broken-requests.ts";
import { answerProblems, sendProblem } from "./answer-problems.ts";
import type { HttpEdgeDeps } from "./edge-deps.ts";
import { createEndpoints } from "./endpoints.ts";
import { createEventStreams } from "./event-streams.ts";
import { createIdempotency } from "./idempotency.ts";
import { createRequestMeter, measureRequests } from "./measure-requests.ts";
import type { HttpEdgeOptions } from "./options.ts";
import { registerEndpoints } from "./register-endpoints.ts";
import { takeBodies } from "./take-bodies.ts";
import { createOperations } from "./ws/operations.ts";
import { createSocketEdge } from "./ws/socket-edge.ts";

/**
 * Makes the REST edge, not yet listening. What is registered on it before it listens passes the same
 * admission: its routes are for every known caller unless their `config.access` says otherwise, find
 * `request.principal` and `request.traceId`, and their failures are answered as problems.
 * Closing it ends event streams and sockets at once and waits for calls under way.
 */
export function createHttpEdge(options: HttpEdgeOptions, deps: HttpEdgeDeps): FastifyInstance {
  const { gateway } = deps;
  const app = createServer(options, deps);
  const admission = createAdmission(options, gateway.access);
  const eventStreams = createEventStreams(options.maxEventStreams);
  const idempotency = createIdempotency(options, gateway.clock);
  const endpoints = createEndpoints({ ...deps, options, eventStreams, idempotency });

  const meter = createRequestMeter(gateway.metrics);
  const operations = createOperations(endpoints);
  const sockets = createSocketEdge(options, { gateway, operations, meter });

  takeBodies(app, options.maxBodyBytes);
  answerProblems(app, {
    log: gateway.log,
    maxBodyBytes: options.maxBodyBytes,
    paths: [...new Set(endpoints.map((endpoint) => endpoint.path))],
  });
  admitRequests(app, { admission, gateway });
  measureRequests(app, meter);
  registerEndpoints(app, endpoints, { options, clock: gateway.clock });
  admitUpgrades(app, { ...deps, admission, sockets });
  closeUnusedSockets(app);
  app.addHook("preClose", (done) => {
    eventStreams[Symbol.dispose]();
    done();
  });
  app.addHook("preClose", async () => sockets[Symbol.asyncDispose]());
  app.addHook("onClose", (_app, done) => {
    idempotency[Symbol.dispose]();
    done();
  });
  return app;
}

function createServer(options: HttpEdgeOptions, { gateway }: HttpEdgeDeps): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionTimeout: 0,
    // Requests that arrive while calls drain are still answered; their connections close then.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: options.maxParamLength },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, gateway.random),
    // Comes before all hooks: for an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      request.traceId = gateway.random.hex(16);
      const failure = invalidRequest([{ path: "", message: error.message }]);
      sendProblem(reply, failure, error.statusCode);
    },
  });
}
