import { GatewayError } from "../../kernel/errors.ts";
import type { EventStream } from "./event-stream.ts";

/** The open streams of those who only watch: counted, and ended together. */
export interface EventStreams extends Disposable {
  readonly size: number;
  /**
   * Opens a stream that is ended when the edge closes.
   * @throws GatewayError `rate-limited` when there are too many.
   */
  open(open: () => EventStream): EventStream;
}

/** How soon a refused client should ask again, in milliseconds. */
const RETRY_AFTER_MS = 5_000;

/** Makes room for `max` streams. */
export function createEventStreams(max: number): EventStreams {
  const streams = new Set<EventStream>();
  return {
    get size() {
      return streams.size;
    },
    open(open) {
      if (streams.size >= max) {
        const reason = `${max} event streams are open, the limit`;
        const retryAfterMs = RETRY_AFTER_MS;
        throw new GatewayError("rate-limited", `Too many: ${reason}.`, { reason, retryAfterMs });
      }
      const stream = open();
      streams.add(stream);
      stream.closed.addEventListener("abort", () => streams.delete(stream), { once: true });
      return stream;
    },
    [Symbol.dispose]() {
      for (const stream of streams) stream[Symbol.dispose]();
    },
  };
}
