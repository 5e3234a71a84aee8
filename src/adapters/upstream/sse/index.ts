export { SSE_UPSTREAM_DEFAULTS, type SseUpstreamOptions } from "./options.ts";
export { createSseLinkFactory, type SseLinkDeps } from "./sse-link.ts";
