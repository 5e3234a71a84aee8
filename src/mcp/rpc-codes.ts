/** JSON-RPC and MCP error codes that the gateway reads or writes. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Before 2026-07-28 also "resource not found"; the HTTP header disagrees with the body since. */
  headerMismatch: -32020,
  missingClientCapability: -32021,
  unsupportedProtocolVersion: -32022,
} as const;

/** Codes that only a server of the modern era answers: they settle the era probe. */
export const MODERN_ONLY_CODES: ReadonlySet<number> = /* @__PURE__ */ new Set([
  RPC.headerMismatch,
  RPC.missingClientCapability,
  RPC.unsupportedProtocolVersion,
]);
