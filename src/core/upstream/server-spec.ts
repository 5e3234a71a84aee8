import type { ServerId } from "../catalog/index.ts";

/** Who shares a connection: everybody, each downstream session, or each principal. */
export type Isolation = "shared" | "session" | "principal";

/** A process to start: on its own a stdio server, beside a URL the server behind that URL. */
export interface LaunchSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a small base environment (PATH, HOME, …). Holds secrets: never logged. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** One way to reach a server. */
export type EndpointSpec =
  | { readonly transport: "stdio"; readonly launch: LaunchSpec }
  | {
      readonly transport: "streamable-http" | "sse" | "websocket";
      readonly url: string;
      /** Sent with every request. Holds secrets: never logged. */
      readonly headers: Readonly<Record<string, string>>;
      /** Started by the daemon before the URL is tried. */
      readonly launch?: LaunchSpec;
    };

/** A server as configured: where it is and how it is treated. Durations in milliseconds. */
export interface ServerSpec {
  readonly id: ServerId;
  /** At least one; the first is preferred, the others are replicas. */
  readonly endpoints: readonly EndpointSpec[];
  readonly disabled: boolean;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly isolation: Isolation;
  /** From starting a connection to its tool list. */
  readonly startupTimeoutMs: number;
  /** For one call, unless the caller has a shorter deadline. */
  readonly timeoutMs: number;
  /** Whether a progress notification starts `timeoutMs` anew, up to `maxTimeoutMs` in all. */
  readonly extendOnProgress: boolean;
  readonly maxTimeoutMs: number;
  /** Stops a stdio child that has not been called for so long; 0 never does. */
  readonly idleStopMs: number;
  /** Calls under way at once, and calls that wait for a place; more are shed. */
  readonly maxConcurrency: number;
  readonly maxQueue: number;
  /** `file` entries come from the config, `overlay` ones were added over the API. */
  readonly source: "file" | "overlay";
}
