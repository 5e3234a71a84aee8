export { createEventLog } from "./event-log.ts";
export type { EventLog, GatewayEvent, GatewayEventTopic } from "./gateway-events.ts";
export type { EventLogOptions } from "./options.ts";
