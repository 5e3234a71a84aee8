import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import { createTypedEvents } from "../../kernel/typed-events.ts";
import type { EventLog, GatewayEvent } from "./gateway-events.ts";
import { EVENT_LOG_DEFAULTS, type EventLogOptions } from "./options.ts";

/**
 * Makes the event log: a ring of the latest `maxEvents`. Publishing never throws; what a subscriber
 * throws is logged and the others still hear of the event.
 */
export function createEventLog(
  options: Partial<EventLogOptions>,
  deps: { readonly clock: Clock; readonly log: Logger },
): EventLog {
  const { maxEvents } = { ...EVENT_LOG_DEFAULTS, ...options };
  const ring: GatewayEvent[] = [];
  let lastId = 0;
  const events = createTypedEvents<{ event: GatewayEvent }>((error) =>
    deps.log.error({ err: error }, "An event subscriber failed."),
  );

  return {
    publish(topic, type, data) {
      lastId += 1;
      const event: GatewayEvent = { id: lastId, at: deps.clock.now(), topic, type, data };
      ring[(lastId - 1) % maxEvents] = event;
      events.emit("event", event);
    },
    since(id) {
      const oldest = Math.max(1, lastId - maxEvents + 1);
      const from = id > lastId ? oldest : Math.max(oldest, id + 1);
      return Array.from(
        { length: Math.max(0, lastId - from + 1) },
        (_, index) => ring[(from - 1 + index) % maxEvents]!,
      );
    },
    subscribe: (listener) => events.on("event", listener),
  };
}
