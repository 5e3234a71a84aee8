import { GatewayError } from "../../kernel/errors.ts";

/** The open streams of `GET /v1/events`: counted, and ended together. */
export interface EventStreams extends Disposable {
  readonly size: number;
  /**
   * Makes room for a stream; `end` is called when the edge closes.
   * @throws GatewayError `rate-limited` when there are too many.
   */
  enter(end: () => void): Disposable;
}

/** How soon a refused client should ask again, in milliseconds. */
const RETRY_AFTER_MS = 5_000;

/** Makes room for `max` streams. */
export function createEventStreams(max: number): EventStreams {
  const ends = new Set<() => void>();
  return {
    get size() {
      return ends.size;
    },
    enter(end) {
      if (ends.size >= max) {
        const reason = `${max} event streams are open, the limit`;
        const retryAfterMs = RETRY_AFTER_MS;
        throw new GatewayError("rate-limited", `Too many: ${reason}.`, { reason, retryAfterMs });
      }
      ends.add(end);
      return { [Symbol.dispose]: () => void ends.delete(end) };
    },
    [Symbol.dispose]() {
      for (const end of ends) end();
    },
  };
}
