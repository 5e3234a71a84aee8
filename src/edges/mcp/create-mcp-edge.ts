import type { IncomingMessage } from "node:http";
import type { Duplex, Readable, Writable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { createScope } from "../../kernel/scope.ts";
import type { Principal } from "../../core/access/index.ts";
import type { Gateway } from "../../core/gateway.ts";
import { createDuplexServer, type DuplexChannel, type DuplexServer } from "./duplex.ts";
import { createLegacyHttp } from "./http/legacy.ts";
import { createModernHttp } from "./http/modern.ts";
import { registerMcpRoutes } from "./http/routes.ts";
import { createSessions } from "./http/sessions.ts";
import type { McpEdgeOptions } from "./options.ts";
import { createResponder } from "./responder.ts";
import { serveStdio } from "./stdio.ts";
import type { Surface } from "./surface.ts";
import { createSurfaceResolver } from "./surfaces/resolve.ts";
import { createWebSocketEdge } from "./websocket.ts";

/** MCP towards clients, on every transport. Disposing ends all sessions, sockets and streams. */
export interface McpEdge extends AsyncDisposable {
  /** Legacy HTTP sessions and sockets that are open. */
  readonly connections: number;
  /** Adds `/mcp`, `/mcp/all` and `/mcp/servers/{id}`. */
  register(fastify: FastifyInstance, principalOf: (request: FastifyRequest) => Principal): void;
  /** Takes a WebSocket upgrade below `/mcp`; `false` when no surface stands there. */
  upgrade(
    upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
    principal: Principal,
  ): boolean;
  /** Serves the discovery surface on a pair of streams until the input ends or the signal aborts. */
  stdio(
    streams: { readonly input: Readable; readonly output: Writable },
    principal: Principal,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Makes the MCP edge; it serves once it is registered, or handed upgrades or streams. */
export function createMcpEdge(options: McpEdgeOptions, gateway: Gateway): McpEdge {
  const scope = createScope();
  const { clock, log, random, version } = gateway;
  const responder = createResponder({ name: "switchboard", version }, log);
  const resolve = createSurfaceResolver(gateway, options);
  const sessions = scope.use(createSessions(options, { clock, random }));
  const modern = scope.use(createModernHttp({ ...options, responder }));
  const sockets = scope.use(createWebSocketEdge(options));
  const legacy = createLegacyHttp({ responder, sessions, limits: options });

  const open =
    (surface: Surface, principal: Principal) =>
    (channel: DuplexChannel): DuplexServer =>
      createDuplexServer(
        {
          responder,
          surface,
          principal,
          session: random.hex(16),
          maxInFlight: options.maxInFlight,
        },
        channel,
      );

  return {
    get connections() {
      return sessions.size + sockets.size;
    },
    register(fastify, principalOf) {
      const { maxMessageBytes } = options;
      registerMcpRoutes(fastify, {
        legacy,
        modern,
        resolve,
        limits: options,
        maxMessageBytes,
        principalOf,
      });
    },
    upgrade(upgrade, principal) {
      const path = new URL(upgrade.request.url ?? "/", "http://gateway").pathname;
      const surface = /^\/mcp(?:\/|$)/.test(path)
        ? resolve(path.replace(/^\/mcp\/?/, ""), principal)
        : undefined;
      if (surface === undefined) return false;
      sockets.accept(upgrade, open(surface, principal));
      return true;
    },
    async stdio(streams, principal, signal) {
      const surface = resolve("", principal);
      if (surface === undefined) return;
      const { maxMessageBytes } = options;
      await serveStdio(streams, open(surface, principal), { maxMessageBytes, signal });
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}
