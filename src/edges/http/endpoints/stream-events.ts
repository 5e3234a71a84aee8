import { eventSchema, eventsQuerySchema } from "../../../contract/index.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { GatewayEvent } from "../../../core/events/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import type { EventStream } from "../event-stream.ts";
import { viewEvent } from "../event-view.ts";
import { readLastEventId } from "../last-event-id.ts";

/** What happens in the gateway, as it happens. */
export function streamEvents(context: EdgeContext): Endpoint {
  const { gateway, eventStreams } = context;
  return endpoint(
    {
      method: "GET",
      path: "/v1/events",
      operationId: "streamEvents",
      tag: "events",
      summary: "Follow what happens, as server-sent events",
      description:
        "Events are named by their type and numbered; with `Last-Event-ID` those missed come first, " +
        "as far as they are remembered, and an event `gap` says when some are not. Agents see the " +
        "events of servers and tools that they may use. A client that reads too slowly is cut off.",
      access: "agent",
      query: eventsQuerySchema,
      headers: { "Last-Event-ID": "The id of the last event that the client has." },
      answers: {
        200: {
          description: "A stream that stays open.",
          schema: eventSchema,
          mediaType: "text/event-stream",
        },
      },
      failures: ["rate-limited"],
      streams: true,
    },
    ({ query, principal, headers, openEvents, reply }) => {
      const stream = eventStreams.open(openEvents);
      const send = sender(stream, { topics: query.topics, principal }, context);
      const lastId = query.lastEventId ?? readLastEventId(headers);
      if (lastId !== undefined) resume(stream, lastId, { gateway, send });
      const subscription = gateway.events.subscribe(send);
      stream.closed.addEventListener("abort", () => subscription[Symbol.dispose](), { once: true });
      return reply;
    },
  );
}

function sender(
  stream: EventStream,
  wanted: { readonly topics: readonly string[] | undefined; readonly principal: Principal },
  { gateway }: EdgeContext,
): (event: GatewayEvent) => void {
  return (event) => {
    if (wanted.topics !== undefined && !wanted.topics.includes(event.topic)) return;
    const seen = viewEvent(event, wanted.principal, gateway);
    if (seen !== undefined) stream.send(seen.type, JSON.stringify(seen), seen.id);
  };
}

/** Sends what was missed; what is no longer remembered, or a life of the daemon between, is a gap. */
function resume(
  stream: EventStream,
  after: number,
  { gateway, send }: { gateway: EdgeContext["gateway"]; send: (event: GatewayEvent) => void },
): void {
  const missed = gateway.events.since(after);
  const next = missed[0]?.id;
  if (next !== undefined && next !== after + 1) stream.send("gap", JSON.stringify({ after, next }));
  for (const event of missed) send(event);
}
