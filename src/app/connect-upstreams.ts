import { createSseLinkFactory, SSE_UPSTREAM_DEFAULTS } from "../adapters/upstream/sse/index.ts";
import {
  createProcessGroups,
  createProcessLauncher,
  createStdioLinkFactory,
  STDIO_DEFAULTS,
} from "../adapters/upstream/stdio/index.ts";
import {
  createStreamableHttpLinkFactory,
  HTTP_UPSTREAM_DEFAULTS,
} from "../adapters/upstream/streamable-http/index.ts";
import {
  createWebSocketLinkFactory,
  WEBSOCKET_UPSTREAM_DEFAULTS,
} from "../adapters/upstream/websocket/index.ts";
import type { Catalog } from "../core/catalog/index.ts";
import type { Metrics } from "../core/metrics/index.ts";
import { createUpstreams, type UpstreamOptions, type Upstreams } from "../core/upstream/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/log.ts";
import type { Random } from "../kernel/random.ts";
import type { Scope } from "../kernel/scope.ts";

export interface ConnectDeps {
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: string;
  /** What started processes get before their own `env`. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** Owns what is made here. */
  readonly scope: Scope;
}

/** The supervised connections over every transport there is. */
export function connectUpstreams(options: UpstreamOptions, deps: ConnectDeps): Upstreams {
  const { catalog, metrics, clock, random, log, scope, version } = deps;
  const groups = scope.use(
    createProcessGroups(STDIO_DEFAULTS, { baseEnvironment: deps.childEnvironment, clock, log }),
  );
  return scope.use(
    createUpstreams(options, {
      links: {
        stdio: createStdioLinkFactory(STDIO_DEFAULTS, { groups, clock, log }),
        websocket: createWebSocketLinkFactory(WEBSOCKET_UPSTREAM_DEFAULTS, { clock, log }),
        "streamable-http": createStreamableHttpLinkFactory(HTTP_UPSTREAM_DEFAULTS, { clock }),
        sse: createSseLinkFactory(SSE_UPSTREAM_DEFAULTS, { clock, log }),
      },
      launcher: createProcessLauncher(STDIO_DEFAULTS, { groups, clock }),
      catalog,
      client: { name: "switchboard", version },
      clock,
      random,
      metrics,
      log,
    }),
  );
}
