export { WEBSOCKET_UPSTREAM_DEFAULTS, type WebSocketUpstreamOptions } from "./options.ts";
export { createWebSocketLinkFactory, type WebSocketLinkDeps } from "./websocket-link.ts";
