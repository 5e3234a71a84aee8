import { GatewayError } from "../../../kernel/errors.ts";
import { createSseParser } from "../../../mcp/sse-parser.ts";
import { ProblemError } from "../failures/problem.ts";
import type { Ask, RestClient } from "./rest-client.ts";

/** Who hears the events of a stream. */
export interface EventHearing {
  /** The type of the event that ends the stream and holds what was asked for. */
  readonly last: string;
  /** Hears each event before it. */
  readonly onEvent: (type: string, data: Uint8Array) => void;
  /** What has not happened where the stream is cut off, such as `the call was answered`. */
  readonly awaited: string;
}

const MAX_EVENT_BYTES = 1_073_741_824;
/** The status that a problem inside a stream cannot have; the problem says its own. */
const IN_STREAM = 500;

/**
 * Asks for an event stream; gives the data of its last event, or the whole body where the answer is
 * no stream.
 * @throws ProblemError as by `RestClient.ask`, also when the stream ends in a problem.
 * @throws GatewayError `daemon-unreachable` when it ends before its last event.
 */
export async function askEvents(
  client: RestClient,
  request: Ask,
  { last, onEvent, awaited }: EventHearing,
): Promise<{ readonly data: Uint8Array; readonly isStream: boolean }> {
  const ends: { readonly type: string; readonly data: Uint8Array }[] = [];
  const parser = createSseParser({ maxEventBytes: MAX_EVENT_BYTES }, ({ type, data }) => {
    if (type === last || type === "error") ends.push({ type, data });
    else onEvent(type, data);
  });
  let heard = false;
  const response = await client.ask({
    ...request,
    accept: "text/event-stream",
    onChunk(chunk) {
      heard = true;
      parser.push(chunk);
    },
  });
  const { headers, body } = response;
  const isStream = headers["content-type"]?.startsWith("text/event-stream") === true;
  if (!isStream) return { data: body, isStream };
  if (!heard) parser.push(body);
  const end = ends.at(-1);
  if (end?.type === last) return { data: end.data, isStream };
  if (end === undefined) throw cutOff(client.target, awaited);
  const { target } = client;
  throw new ProblemError({ status: IN_STREAM, body: end.data, target, subject: request.subject });
}

function cutOff(target: string, awaited: string): GatewayError {
  const message = `The connection to ${target} ended before ${awaited}.`;
  return new GatewayError("daemon-unreachable", message, {
    url: target,
    reason: "connection-lost",
  });
}
