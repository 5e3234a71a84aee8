import type { JsonObject } from "../../kernel/json.ts";

/** What an event is about; `?topics=` of `GET /v1/events` chooses by it. */
export type GatewayEventTopic = "catalog" | "server" | "circuit" | "plan" | "cache" | "config";

/** Something that operators and agents may want to hear of, as `GET /v1/events` sends it. */
export interface GatewayEvent {
  /** Counts up from 1 for the daemon's life; usable as `Last-Event-ID`. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly topic: GatewayEventTopic;
  /** For example `server.state` or `catalog.changed`. */
  readonly type: string;
  readonly data: JsonObject;
}

/** Remembers the latest events (bounded) and passes new ones on. */
export interface EventLog {
  publish(topic: GatewayEventTopic, type: string, data: JsonObject): void;
  /**
   * Events after `id`, oldest first, as far as they are remembered. An id that was not given out yet
   * comes from a former life of the daemon: all that is remembered then.
   */
  since(id: number): readonly GatewayEvent[];
  subscribe(listener: (event: GatewayEvent) => void): Disposable;
}
