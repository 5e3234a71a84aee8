import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import {
  createDuplexLink,
  type DuplexLink,
  type LinkError,
  type LinkFactory,
  type MessageChannel,
} from "../../../core/upstream/index.ts";
import { endpointHeaders, headerLines } from "../endpoint-headers.ts";
import { httpFailure } from "../http-failure.ts";
import { createHttpOrigin, type HttpHead, type HttpOrigin } from "../http-origin.ts";
import { openEventStream, type EventStream } from "./event-stream.ts";
import type { SseUpstreamOptions } from "./options.ts";

/** What HTTP+SSE links need from outside. */
export interface SseLinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the factory of links over HTTP+SSE (revision 2024-11-05): answers come over one GET stream,
 * messages are POSTed to the URL that its `endpoint` event names, which must be of the same origin.
 */
export function createSseLinkFactory(
  options: SseUpstreamOptions,
  deps: SseLinkDeps,
): LinkFactory<"sse"> {
  return {
    async open(endpoint, handlers, signal) {
      signal.throwIfAborted();
      const url = new URL(endpoint.url);
      const headers = headerLines(endpointHeaders(url, endpoint.headers));
      const { connectTimeoutMs, maxMessageBytes, maxInFlight, maxBufferedBytes } = options;
      const origin = createHttpOrigin(url, { connectTimeoutMs, maxBodyBytes: maxMessageBytes });
      const { clock, log } = deps;
      const target = { path: "" };
      const stream = openEventStream(
        { origin, url, headers, maxEventBytes: maxMessageBytes },
        { onMessage: (data) => link.receive(data), onGone: (reason) => link.fail(reason) },
      );
      const channel = channelOver({ origin, stream, headers, target, options, clock });
      const limits = { transport: "sse", maxInFlight, maxBufferedBytes } as const;
      const link: DuplexLink = createDuplexLink(limits, { channel, handlers, clock, log });
      try {
        target.path = await stream.endpoint(signal);
        return link;
      } catch (error) {
        await link[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

function channelOver(parts: {
  readonly origin: HttpOrigin;
  readonly stream: EventStream;
  readonly headers: readonly string[];
  readonly target: { readonly path: string };
  readonly options: SseUpstreamOptions;
  readonly clock: Clock;
}): MessageChannel {
  const { origin, stream, target, options, clock } = parts;
  const headers = ["content-type", "application/json", ...parts.headers];
  return {
    pids: [],
    write(message, sent) {
      let head: HttpHead | undefined;
      const done = (error?: LinkError): void => {
        timer[Symbol.dispose]();
        sent(error);
      };
      // Some servers leave the POST open for ever, though they read the message.
      const timer = clock.after(options.postTimeoutMs, () => {
        end();
        sent();
      });
      const end = origin.send(
        { method: "POST", path: target.path, headers, body: message },
        {
          onHead(received) {
            head = received;
            return false;
          },
          onChunk: () => undefined,
          onEnd(body) {
            const isTaken = head !== undefined && head.status >= 200 && head.status < 300;
            done(isTaken ? undefined : httpFailure(head ?? { status: 0, headers: {} }, body));
          },
          onError: done,
        },
      );
    },
    async close() {
      stream.end();
      await origin[Symbol.asyncDispose]();
    },
  };
}
