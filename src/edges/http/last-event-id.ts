import type { IncomingHttpHeaders } from "node:http";

/** The id of the last event that a client has, as it says in `Last-Event-ID`; one that is no number counts as none. */
export function readLastEventId(headers: IncomingHttpHeaders): number | undefined {
  const header = headers["last-event-id"];
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
