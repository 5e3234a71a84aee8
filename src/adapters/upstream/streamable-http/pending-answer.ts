import type { Timer } from "../../../kernel/clock.ts";
import { encodeCall } from "../../../mcp/encode.ts";
import { FrameError, parseFrames } from "../../../mcp/frame.ts";
import { createSseParser, SseLimitError, type SseParser } from "../../../mcp/sse-parser.ts";
import { LinkError, type LinkAnswer, type LinkRequest } from "../../../core/upstream/index.ts";
import { mediaTypeOf } from "../http-failure.ts";
import type { HttpHead, HttpSink } from "../http-origin.ts";
import { pickAnswer, readReply, type ReplyContext } from "./reply.ts";
import type { HttpWire } from "./wire.ts";

/** How the waiting for an answer ends. */
export interface AnswerSink {
  readonly resolve: (answer: LinkAnswer) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_REDIRECTS = 3;
/** Resumptions in a row that bring nothing. */
const MAX_DRY_RESUMPTIONS = 3;
const DEFAULT_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** A server should end the stream after the answer; it is ended for one that does not. */
const STREAM_END_GRACE_MS = 1_000;

/** One request under way: a POST, its JSON or event-stream answer, and resumptions of the stream. */
export class PendingAnswer implements HttpSink {
  readonly #wire: HttpWire;
  readonly #message: LinkRequest;
  readonly #sink: AnswerSink;
  readonly #context: ReplyContext;
  #end: (() => void) | undefined;
  #head: HttpHead | undefined;
  #parser: SseParser | undefined;
  #lastEventId: string | undefined;
  #retryMs = DEFAULT_RETRY_MS;
  #timer: Timer | undefined;
  #redirects = 0;
  #dryResumptions = 0;
  #isSettled = false;

  constructor(wire: HttpWire, message: LinkRequest, sink: AnswerSink) {
    this.#wire = wire;
    this.#message = message;
    this.#sink = sink;
    this.#context = {
      id: message.id,
      hasSession: wire.hasSession,
      onOther: (frame) => wire.deliver(frame, message.id),
    };
  }

  start(): void {
    const { path, origin } = this.#wire;
    const headers = this.#wire.postHeaders(this.#message);
    const body = encodeCall(this.#message);
    this.#end = origin.send({ method: "POST", path, headers, body }, this);
  }

  /** Ends the exchange without an answer. */
  abandon(reason: unknown): void {
    this.#timer?.[Symbol.dispose]();
    this.#end?.();
    if (!this.#isSettled) this.#fail(reason);
  }

  onHead(head: HttpHead): boolean {
    this.#head = head;
    if (this.#message.method === "initialize") this.#wire.adoptSession(head);
    if (head.status !== 200 || mediaTypeOf(head) !== "text/event-stream") return false;
    const { maxEventBytes } = this.#wire;
    this.#parser = createSseParser({ maxEventBytes }, ({ data }) => this.#takeEvent(data));
    return true;
  }

  onChunk(chunk: Buffer): void {
    try {
      this.#parser?.push(chunk);
    } catch (error) {
      if (!(error instanceof SseLimitError)) throw error;
      this.#end?.();
      this.#fail(new LinkError("protocol", error.message, { reached: true }));
    }
  }

  onEnd(body: Buffer): void {
    if (this.#isSettled) return this.#timer?.[Symbol.dispose]();
    if (this.#parser !== undefined) return this.#resume();
    if (this.#lastEventId !== undefined) return this.#refusedResumption();
    const head = this.#head!;
    if (this.#redirects < MAX_REDIRECTS && this.#wire.follows(head)) {
      this.#redirects += 1;
      return this.start();
    }
    try {
      this.#settle(readReply(head, body, this.#context));
    } catch (error) {
      this.#fail(error);
    }
  }

  onError(error: LinkError): void {
    if (this.#isSettled) return this.#timer?.[Symbol.dispose]();
    const isResumable = this.#parser !== undefined || this.#lastEventId !== undefined;
    if (isResumable && error.kind !== "protocol") this.#resume();
    else this.#fail(error);
  }

  #takeEvent(data: Uint8Array): void {
    this.#dryResumptions = 0;
    if (data.length === 0 || this.#isSettled) return;
    let frame: LinkAnswer["frame"] | undefined;
    try {
      frame = pickAnswer(parseFrames(data), this.#context);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
    if (frame === undefined || this.#isSettled) return;
    const { clock } = this.#wire;
    this.#timer = clock.after(STREAM_END_GRACE_MS, () => this.#end?.());
    this.#settle({ frame, httpStatus: 200 });
  }

  /** Legacy servers that give their events ids send the rest after a dropped stream. */
  #resume(): void {
    this.#lastEventId = this.#parser?.lastEventId ?? this.#lastEventId;
    this.#retryMs = Math.min(this.#parser?.retryMs ?? this.#retryMs, MAX_RETRY_MS);
    this.#parser = undefined;
    this.#dryResumptions += 1;
    const isResumable = this.#wire.isLegacy && this.#lastEventId !== undefined;
    if (!isResumable || this.#dryResumptions > MAX_DRY_RESUMPTIONS) {
      const message = "the event stream ended before the answer came";
      return this.#fail(new LinkError("closed", message, { reached: true }));
    }
    this.#timer = this.#wire.clock.after(this.#retryMs, () => {
      const headers = this.#wire.conversationHeaders("get", this.#lastEventId);
      const { path, origin } = this.#wire;
      this.#end = origin.send({ method: "GET", path, headers }, this);
    });
  }

  #refusedResumption(): void {
    const message = `the event stream broke off and was not resumed (HTTP ${this.#head!.status})`;
    this.#fail(new LinkError("closed", message, { reached: true }));
  }

  #settle(answer: LinkAnswer): void {
    this.#isSettled = true;
    this.#sink.resolve(answer);
  }

  #fail(error: unknown): void {
    this.#isSettled = true;
    this.#sink.reject(error);
  }
}
