export { HTTP_UPSTREAM_DEFAULTS, type HttpUpstreamOptions } from "./options.ts";
export { createStreamableHttpLinkFactory } from "./streamable-http-link.ts";
