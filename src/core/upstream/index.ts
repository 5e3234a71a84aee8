export type { CatalogSink } from "./catalog-feed.ts";
export type { LinkFactories } from "./connector.ts";
export { createUpstreams, type UpstreamsDeps } from "./create-upstreams.ts";
export {
  createDuplexLink,
  type DuplexLink,
  type DuplexLinkOptions,
  type MessageChannel,
} from "./duplex-link.ts";
export { LinkError } from "./link.ts";
export type { Link, LinkAnswer, LinkFactory, LinkHandlers, LinkRequest } from "./link.ts";
export { UPSTREAM_DEFAULTS, type UpstreamOptions } from "./options.ts";
export type { LaunchedProcess, ProcessLauncher } from "./process-launcher.ts";
export type { EndpointSpec, Isolation, LaunchSpec, ServerSpec } from "./server-spec.ts";
export type { ServerRegistry } from "./server-registry.ts";
export { untilSettled, type SettleRequest } from "./until-settled.ts";
export type {
  CallScope,
  CallOrigin,
  PlanTrail,
  ProgressListener,
  ServerState,
  ServerStatus,
  UpstreamAnswer,
  UpstreamEvents,
  UpstreamRequest,
  Upstreams,
} from "./upstreams.ts";
