import { abortable } from "../../../kernel/abort.ts";
import { createSseParser, SseLimitError, type SseEvent } from "../../../mcp/sse-parser.ts";
import { LinkError } from "../../../core/upstream/index.ts";
import { httpFailure, mediaTypeOf } from "../http-failure.ts";
import type { HttpHead, HttpOrigin } from "../http-origin.ts";

/** The GET stream over which everything from the server comes. */
export interface EventStream {
  /**
   * Waits for the path to which messages are POSTed.
   * @throws LinkError, or the signal's reason.
   */
  endpoint(signal: AbortSignal): Promise<string>;
  end(): void;
}

export interface EventStreamSource {
  readonly origin: HttpOrigin;
  readonly url: URL;
  readonly headers: readonly string[];
  readonly maxEventBytes: number;
}

/** Opens the stream; `onGone` hears once that it has ended, unless `end` was called. */
export function openEventStream(
  source: EventStreamSource,
  sinks: {
    readonly onMessage: (data: Uint8Array) => void;
    readonly onGone: (reason: LinkError) => void;
  },
): EventStream {
  const { origin, url } = source;
  let head: HttpHead | undefined;
  let tell: { resolve: (path: string) => void; reject: (error: LinkError) => void };
  const endpoint = new Promise<string>((resolve, reject) => (tell = { resolve, reject }));
  endpoint.catch(() => undefined);

  const gone = (reason: LinkError): void => {
    tell.reject(reason);
    sinks.onGone(reason);
  };
  const onEvent = ({ type, data }: SseEvent): void => {
    if (type === "message") return sinks.onMessage(data);
    if (type !== "endpoint") return;
    const path = postPath(url, Buffer.from(data).toString("utf8"));
    if (path instanceof LinkError) tell.reject(path);
    else tell.resolve(path);
  };
  const parser = createSseParser({ maxEventBytes: source.maxEventBytes }, onEvent);
  const path = url.pathname + url.search;
  const headers = ["accept", "text/event-stream", ...source.headers];
  const end = origin.send(
    { method: "GET", path, headers },
    {
      onHead(received) {
        head = received;
        return head.status === 200 && mediaTypeOf(head) === "text/event-stream";
      },
      onChunk(chunk) {
        try {
          parser.push(chunk);
        } catch (error) {
          if (!(error instanceof SseLimitError)) throw error;
          end();
          gone(new LinkError("protocol", error.message, { reached: true }));
        }
      },
      onEnd: (body) => gone(endReason(head, body)),
      onError: gone,
    },
  );
  return { endpoint: (signal) => abortable(endpoint, signal), end };
}

function endReason(head: HttpHead | undefined, body: Buffer): LinkError {
  if (head !== undefined && (head.status < 200 || head.status >= 300)) {
    return httpFailure(head, body);
  }
  if (head !== undefined && mediaTypeOf(head) !== "text/event-stream") {
    const type = mediaTypeOf(head) || "(none)";
    return new LinkError("protocol", `the answer is of type ${type}, not an event stream`, {
      reached: true,
    });
  }
  return new LinkError("closed", "the server ended the event stream", { reached: true });
}

/** Messages hold what the server is trusted with: they go to no other origin. */
function postPath(url: URL, text: string): string | LinkError {
  const target = URL.canParse(text, url.href) ? new URL(text, url.href) : undefined;
  if (target?.origin === url.origin) return target.pathname + target.search;
  const where = target?.origin ?? JSON.stringify(text.slice(0, 100));
  return new LinkError("protocol", `its endpoint event names another origin: ${where}`, {
    reached: true,
  });
}
