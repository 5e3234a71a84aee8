import { META } from "../../mcp/meta-keys.ts";

const FOLLOWING: ReadonlySet<string> = new Set([
  "progressToken",
  "traceparent",
  "tracestate",
  META.clientInfo,
  META.protocolVersion,
]);

/**
 * Whether a `_meta` member only tells who follows a call and how, and has no part in its answer.
 * `baggage` is none of them: W3C Baggage carries what applications wish, such as whom a call is for.
 */
export function isFollowingMeta(key: string): boolean {
  return FOLLOWING.has(key);
}
