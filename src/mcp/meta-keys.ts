/** Keys of `_meta` that the specification reserves (revision 2026-07-28). */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** Our own keys of `_meta`. In a request `cache` says whether a kept answer may serve. */
export const GATEWAY_META = {
  cache: "switchboard/cache",
  cacheHit: "switchboard/cacheHit",
  degraded: "switchboard/degraded",
  error: "switchboard/error",
  handle: "switchboard/handle",
  plan: "switchboard/plan",
} as const;

/** Whether a `_meta` key belongs to one hop's envelope and must not be relayed to the next. */
export function isEnvelopeKey(key: string): boolean {
  return (
    key === META.protocolVersion ||
    key === META.clientCapabilities ||
    key === META.clientInfo ||
    key === GATEWAY_META.cache ||
    key === "progressToken"
  );
}
