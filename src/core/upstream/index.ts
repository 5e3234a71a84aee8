export { LinkError } from "./link.ts";
export type { Link, LinkAnswer, LinkFactory, LinkHandlers, LinkRequest } from "./link.ts";
export type { EndpointSpec, Isolation, LaunchSpec, ServerSpec } from "./server-spec.ts";
export type { ServerRegistry } from "./server-registry.ts";
export type {
  CallScope,
  ProgressListener,
  ServerState,
  ServerStatus,
  UpstreamAnswer,
  UpstreamEvents,
  UpstreamRequest,
  Upstreams,
} from "./upstreams.ts";
