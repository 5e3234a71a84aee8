import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { createHttpEdge } from "../../src/edges/http/create-http-edge.ts";
import type { HttpEdgeDeps } from "../../src/edges/http/edge-deps.ts";
import { HTTP_EDGE_DEFAULTS, type HttpEdgeOptions } from "../../src/edges/http/options.ts";
import { createFakeGateway, type FakeGateway, type FakeGatewaySetup } from "./fake-gateway.ts";

/** A REST edge on a fake gateway. */
export interface TestEdge extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly gateway: FakeGateway;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  send(
    method: "GET" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS",
    url: string,
    body?: unknown,
  ): Promise<LightMyRequestResponse>;
  /** Listens on a free port; gives the base URL. */
  listen(): Promise<string>;
}

export interface TestEdgeSetup extends FakeGatewaySetup {
  readonly options?: Partial<HttpEdgeOptions>;
  readonly deps?: Partial<HttpEdgeDeps>;
}

/** Makes an edge; a body that is a text goes out as it is, all else as JSON. */
export function createTestEdge(setup: TestEdgeSetup = {}): TestEdge {
  const gateway = createFakeGateway(setup);
  const options = { ...HTTP_EDGE_DEFAULTS, port: 0, ...setup.options };
  const app = createHttpEdge(options, {
    gateway,
    metricsText: () => Promise.resolve("# HELP nothing\n"),
    readiness: () => ({ ready: true }),
    reload: () => Promise.resolve({ warnings: [] }),
    stop: () => undefined,
    ...setup.deps,
  });
  const withBody = (body: unknown, headers: Record<string, string>): object => {
    if (body === undefined) return { headers };
    const payload = typeof body === "string" ? body : JSON.stringify(body);
    return { payload, headers: { "content-type": "application/json", ...headers } };
  };
  return {
    app,
    gateway,
    get: (url, headers = {}) => app.inject({ method: "GET", url, headers }),
    post: (url, body, headers = {}) =>
      app.inject({ method: "POST", url, ...withBody(body, headers) }),
    send: (method, url, body) => app.inject({ method, url, ...withBody(body, {}) }),
    listen: () => app.listen({ host: options.host, port: 0 }),
    async [Symbol.asyncDispose]() {
      await app.close();
      gateway[Symbol.dispose]();
    },
  };
}
