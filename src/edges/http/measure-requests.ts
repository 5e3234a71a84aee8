import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BoundMetric, Metrics } from "../../core/metrics/index.ts";

/** What a request counts as whose client has left before its answer was sent. */
const CLIENT_GONE = 499;

/** Counts a request and how long it took, in milliseconds. */
export type RequestMeter = (route: string, status: number, elapsedMs: number) => void;

/** Makes the meter of a gateway's requests, by route and status. */
export function createRequestMeter(metrics: Metrics): RequestMeter {
  const bound = new Map<string, Map<number, BoundMetric>>();

  function series(route: string, status: number): BoundMetric {
    const statuses = bound.get(route) ?? new Map<number, BoundMetric>();
    bound.set(route, statuses);
    const known = statuses.get(status);
    if (known !== undefined) return known;
    const labels = { route, status: String(status) };
    const metric = metrics.bind("httpRequestDuration", labels);
    statuses.set(status, metric);
    return metric;
  }

  return (route, status, elapsedMs) => series(route, status).observe(elapsedMs / 1000);
}

/** Measures every request by route pattern and status; event streams, which stay open, are left out. */
export function measureRequests(app: FastifyInstance, meter: RequestMeter): void {
  const measured = new WeakSet<FastifyRequest>();

  function measure(request: FastifyRequest, reply: FastifyReply, status: number): void {
    const { url = "unmatched", config } = request.routeOptions;
    if (config.streams || measured.has(request)) return;
    measured.add(request);
    meter(url, status, reply.elapsedTime);
  }

  app.addHook("onResponse", (request, reply, done) => {
    measure(request, reply, reply.statusCode);
    done();
  });
  // A request whose client has left has no response.
  app.addHook("onRequest", (request, reply, done) => {
    reply.raw.once("close", () => measure(request, reply, CLIENT_GONE));
    done();
  });
}
