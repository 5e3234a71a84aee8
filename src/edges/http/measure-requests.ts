import type { FastifyInstance } from "fastify";
import type { BoundMetric, Metrics } from "../../core/metrics/index.ts";

/** Measures every request by route pattern and status; event streams, which stay open, are left out. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
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

  app.addHook("onResponse", (request, reply, done) => {
    const { url = "unmatched", config } = request.routeOptions;
    if (!config.streams) series(url, reply.statusCode).observe(reply.elapsedTime / 1000);
    done();
  });
}
