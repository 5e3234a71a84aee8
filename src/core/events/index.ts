export type { EventLog, GatewayEvent, GatewayEventTopic } from "./gateway-events.ts";
