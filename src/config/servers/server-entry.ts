import type { ServerCacheRules } from "../../core/cache/options.ts";

/** A process to start: on its own a stdio server, beside a URL the server behind that URL. */
export interface ServerLaunch {
  readonly command: string;
  readonly args: readonly string[];
  /** From `envFile` and `env`. Holds secrets: never logged. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; absent: the daemon's own working directory. */
  readonly cwd?: string;
}

/** One way to reach a server. */
export type ServerEndpoint =
  | { readonly transport: "stdio"; readonly launch: ServerLaunch }
  | {
      readonly transport: "streamable-http" | "sse" | "websocket";
      readonly url: string;
      /** Holds secrets: never logged. */
      readonly headers: Readonly<Record<string, string>>;
      readonly launch?: ServerLaunch;
    };

/**
 * A server as configured, checked and with every reference filled in. The same shape as core's
 * `ServerSpec`, whose id is branded: `app` maps one to the other.
 */
export interface ServerEntry extends ServerTreatment {
  readonly id: string;
  /** At least one; the first is preferred, the others are replicas. */
  readonly endpoints: readonly ServerEndpoint[];
  readonly source: "file" | "overlay";
}

/** How a server is treated: the settings of an entry that are not about where it is. */
export interface ServerTreatment {
  readonly disabled: boolean;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly isolation: "shared" | "session" | "principal";
  readonly startupTimeoutMs: number;
  readonly timeoutMs: number;
  readonly extendOnProgress: boolean;
  readonly maxTimeoutMs: number;
  readonly idleStopMs: number;
  readonly maxConcurrency: number;
  readonly maxQueue: number;
  readonly cache?: ServerCacheRules;
}
