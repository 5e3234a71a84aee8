import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/log.ts";
import type { Random } from "../kernel/random.ts";
import type { Access } from "./access/index.ts";
import type { Caches } from "./cache/index.ts";
import type { Calls } from "./calls/index.ts";
import type { Catalog } from "./catalog/index.ts";
import type { Circuits } from "./resilience/index.ts";
import type { Discovery } from "./discovery/index.ts";
import type { EventLog } from "./events/index.ts";
import type { Metrics } from "./metrics/index.ts";
import type { Composites, Plans } from "./plans/index.ts";
import type { Results } from "./results/index.ts";
import type { TokenCounts } from "./tokens/index.ts";
import type { ServerRegistry, Upstreams } from "./upstream/index.ts";

/** All that an edge is handed: the product's features, wired by `app/`. */
export interface Gateway {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly access: Access;
  readonly caches: Caches;
  readonly calls: Calls;
  readonly catalog: Catalog;
  readonly circuits: Circuits;
  readonly discovery: Discovery;
  readonly events: EventLog;
  readonly composites: Composites;
  readonly plans: Plans;
  readonly results: Results;
  readonly servers: ServerRegistry;
  readonly tokens: TokenCounts;
  readonly upstreams: Upstreams;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}
