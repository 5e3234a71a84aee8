/** How much of the past the event log remembers. */
export interface EventLogOptions {
  /** Latest events kept for clients that come back with `Last-Event-ID`. Events, 1–100,000, default 1,000. */
  readonly maxEvents: number;
}

/** What holds where the configuration says nothing. */
export const EVENT_LOG_DEFAULTS: EventLogOptions = { maxEvents: 1_000 };
