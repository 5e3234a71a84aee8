import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** Metrics for Prometheus. */
export function showMetrics({ metricsText }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/metrics",
      operationId: "showMetrics",
      tag: "daemon",
      summary: "Metrics in Prometheus' text format",
      access: { role: "operator", action: "read metrics" },
      answers: { 200: { description: "The metrics.", mediaType: "text/plain" } },
      failures: [],
    },
    async ({ reply }) => {
      const text = await metricsText();
      return reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8").send(text);
    },
  );
}
