import type { FastifyInstance, HTTPMethods } from "fastify";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EventStreamLimits } from "./event-stream.ts";
import { fromHttp } from "./incoming.ts";

const METHODS: readonly HTTPMethods[] = [
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
];

/** Registers the endpoints, and an answer 405 for every other method of their paths. */
export function registerEndpoints(
  app: FastifyInstance,
  endpoints: readonly Endpoint[],
  deps: { readonly options: EventStreamLimits; readonly clock: Clock },
): void {
  const methods = new Map<string, HTTPMethods[]>();
  for (const endpoint of endpoints) {
    const url = toPattern(endpoint.path);
    const { method, access, streams, takesYaml } = endpoint;
    const withHead = method === "GET" && streams !== true;
    app.route({
      method,
      url,
      exposeHeadRoute: withHead,
      config: { access, ...(streams && { streams }), ...(takesYaml && { takesYaml }) },
      handler: (request, reply) => endpoint.answer(fromHttp(request, reply, deps)),
    });
    const allowed = methods.get(url) ?? [];
    methods.set(url, [...allowed, method, ...(withHead ? (["HEAD"] as const) : [])]);
  }
  for (const [url, allowed] of methods) refuseOthers(app, url, allowed);
}

function refuseOthers(app: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url,
    config: { access: "open" },
    onRequest(request, _reply, done) {
      const { method } = request;
      const list = allowed.join(", ");
      const message = `${method} is not for ${request.url.split("?", 1)[0]?.slice(0, 200)}; use ${list}.`;
      done(new GatewayError("method-not-allowed", message, { method, allowed }));
    },
    handler: () => undefined,
  });
}

/** `/v1/tools/{id}` as the router writes it. */
export function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}
