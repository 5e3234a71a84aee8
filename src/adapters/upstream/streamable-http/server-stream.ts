import { sleep } from "../../../kernel/clock.ts";
import { FrameError, parseFrames } from "../../../mcp/frame.ts";
import { createSseParser, SseLimitError, type SseParser } from "../../../mcp/sse-parser.ts";
import { LinkError } from "../../../core/upstream/index.ts";
import { mediaTypeOf } from "../http-failure.ts";
import type { HttpHead } from "../http-origin.ts";
import type { HttpWire } from "./wire.ts";

/** How one GET stream ended. */
interface StreamEnd {
  readonly head: HttpHead | undefined;
  readonly error: LinkError | undefined;
  readonly parser: SseParser | undefined;
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;
/** A stream that stood so long did not end because the server refuses it. */
const STEADY_MS = 30_000;

/**
 * Keeps the legacy GET stream open, resuming it where it broke off, until the signal aborts. Resolves
 * early when the server offers none.
 * @throws LinkError `session-expired`, `unauthorised`, or `connect` when the server is away.
 */
export async function followServerStream(wire: HttpWire, signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const openedAt = wire.clock.monotonic();
    const end = await readStream(wire, lastEventId, signal);
    if (signal.aborted || isRefused(end, wire)) return;
    lastEventId = end.parser?.lastEventId ?? lastEventId;
    if (wire.clock.monotonic() - openedAt > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
    await sleep(wire.clock, end.parser?.retryMs ?? pauseMs, signal).catch(() => undefined);
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
  }
}

function isRefused({ head, error }: StreamEnd, wire: HttpWire): boolean {
  if (error?.kind === "connect") throw error;
  const status = head?.status ?? 200;
  if (status === 404 && wire.hasSession) {
    const message = "the server has forgotten the session (HTTP 404)";
    throw new LinkError("session-expired", message, { reached: true, httpStatus: status });
  }
  if (status === 401) {
    throw new LinkError("unauthorised", `HTTP ${status}`, { reached: true, httpStatus: status });
  }
  return status >= 300 && status < 500 && status !== 429;
}

function readStream(
  wire: HttpWire,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<StreamEnd> {
  return new Promise((resolve) => {
    let head: HttpHead | undefined;
    let parser: SseParser | undefined;
    const settle = (error?: LinkError): void => {
      signal.removeEventListener("abort", onAbort);
      resolve({ head, error, parser });
    };
    const headers = wire.conversationHeaders("get", lastEventId);
    const end = wire.origin.send(
      { method: "GET", path: wire.path, headers },
      {
        onHead(received) {
          head = received;
          const isStream = head.status === 200 && mediaTypeOf(head) === "text/event-stream";
          if (isStream) parser = parserFor(wire);
          return isStream;
        },
        onChunk(chunk) {
          if (push(parser, chunk)) return;
          end();
          settle();
        },
        onEnd: () => settle(),
        onError: settle,
      },
    );
    const onAbort = (): void => {
      end();
      settle();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function parserFor(wire: HttpWire): SseParser {
  return createSseParser({ maxEventBytes: wire.maxEventBytes }, ({ data }) => {
    if (data.length === 0) return;
    try {
      for (const frame of parseFrames(data)) {
        const isOwn = frame.kind === "request" || frame.kind === "notification";
        if (isOwn) wire.deliver(frame, undefined);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  });
}

/** Whether the stream can go on. */
function push(parser: SseParser | undefined, chunk: Buffer): boolean {
  try {
    parser?.push(chunk);
    return true;
  } catch (error) {
    if (error instanceof SseLimitError) return false;
    throw error;
  }
}
