import { LinkError } from "../../core/upstream/index.ts";
import type { HttpHead } from "./http-origin.ts";

const MAX_EXCERPT = 200;
const SECOND_MS = 1_000;

/**
 * What an HTTP status that is no success means. A 429, and a 503 that names a time, say that the
 * request was turned away unread.
 */
export function httpFailure(head: HttpHead, body: Uint8Array): LinkError {
  const { status } = head;
  const message = `HTTP ${status}${excerpt(head, body)}`;
  const facts = { httpStatus: status };
  if (status === 401 || status === 403) {
    return new LinkError("unauthorised", message, { ...facts, reached: false });
  }
  if (status === 429 || status === 503) {
    const retryAfterMs = readRetryAfterMs(head);
    const reached = status === 503 && retryAfterMs === undefined;
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    return new LinkError("overloaded", message, { ...facts, ...wait, reached });
  }
  const kind = status === 502 || status === 504 ? "closed" : "protocol";
  return new LinkError(kind, message, { ...facts, reached: true });
}

/** The value of a header that should stand once. */
export function headerOf(head: HttpHead, name: string): string | undefined {
  const value = head.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** The media type without its parameters, in lower case. */
export function mediaTypeOf(head: HttpHead): string {
  return (headerOf(head, "content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/** Seconds; dates are rare, would need the wall clock, and read as "no time named". */
function readRetryAfterMs(head: HttpHead): number | undefined {
  const text = headerOf(head, "retry-after");
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * SECOND_MS : undefined;
}

/** A redirect's aim, or the beginning of a text that people wrote. */
function excerpt(head: HttpHead, body: Uint8Array): string {
  const location = headerOf(head, "location");
  if (head.status >= 300 && head.status < 400) {
    return ` redirects to ${(location ?? "nowhere").split("?", 1)[0]!.slice(0, MAX_EXCERPT)}`;
  }
  if (!["text/plain", "application/json"].includes(mediaTypeOf(head))) return "";
  const text = Buffer.from(body.subarray(0, 4 * MAX_EXCERPT))
    .toString("utf8")
    .replaceAll(/\s+/g, " ")
    .trim();
  return text === "" ? "" : `: ${text.slice(0, MAX_EXCERPT)}`;
}
