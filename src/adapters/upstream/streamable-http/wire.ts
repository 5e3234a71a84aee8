import type { Clock } from "../../../kernel/clock.ts";
import type { Frame, RpcId } from "../../../mcp/frame.ts";
import { encodeHeaderValue } from "../../../mcp/header-value.ts";
import { eraOf, type Revision } from "../../../mcp/revisions.ts";
import type { LinkHandlers, LinkRequest } from "../../../core/upstream/index.ts";
import { endpointHeaders, headerLines } from "../endpoint-headers.ts";
import { headerOf } from "../http-failure.ts";
import type { HttpHead, HttpOrigin } from "../http-origin.ts";

type ServerMessage = Extract<Frame, { kind: "request" | "notification" }>;

/** One link's side of the wire: where requests go, and which headers they carry. */
export class HttpWire {
  readonly origin: HttpOrigin;
  readonly clock: Clock;
  readonly maxEventBytes: number;
  readonly #handlers: LinkHandlers;
  readonly #url: URL;
  readonly #postHeaders: readonly string[];
  readonly #getHeaders: readonly string[];
  #legacyHeaders: readonly string[] = [];
  #revision: Revision | undefined;
  #sessionId: string | undefined;
  path: string;

  constructor(
    endpoint: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
    deps: {
      readonly origin: HttpOrigin;
      readonly clock: Clock;
      readonly handlers: LinkHandlers;
      readonly maxEventBytes: number;
    },
  ) {
    this.origin = deps.origin;
    this.clock = deps.clock;
    this.maxEventBytes = deps.maxEventBytes;
    this.#handlers = deps.handlers;
    this.#url = new URL(endpoint.url);
    this.path = this.#url.pathname + this.#url.search;
    const own = headerLines(endpointHeaders(this.#url, endpoint.headers));
    const accept = "application/json, text/event-stream";
    this.#postHeaders = ["content-type", "application/json", "accept", accept, ...own];
    this.#getHeaders = ["accept", "text/event-stream", ...own];
  }

  get hasSession(): boolean {
    return this.#sessionId !== undefined;
  }

  get isLegacy(): boolean {
    return this.#revision !== undefined && eraOf(this.#revision) === "legacy";
  }

  /** Takes the session that the answer to `initialize` opened. */
  adoptSession(head: HttpHead): void {
    const sessionId = headerOf(head, "mcp-session-id");
    // Visible ASCII by the specification; anything else could not be sent back.
    if (sessionId === undefined || !/^[\x21-\x7e]{1,1024}$/.test(sessionId)) return;
    this.#sessionId = sessionId;
    this.#revision = undefined;
  }

  /** The headers of a POST; the legacy ones are the same for every call and built once. */
  postHeaders(message: Omit<LinkRequest, "id">): readonly string[] {
    const { revision } = message;
    if (revision === undefined) return this.#postHeaders;
    if (revision !== this.#revision) this.#settle(revision);
    if (!this.isLegacy) return [...this.#postHeaders, ...modernHeaders(revision, message)];
    return this.#legacyHeaders;
  }

  /** The headers of what belongs to the conversation as a whole. */
  conversationHeaders(kind: "post" | "get", lastEventId?: string): readonly string[] {
    const base = kind === "post" ? this.#postHeaders : this.#getHeaders;
    const resume = lastEventId === undefined ? [] : ["last-event-id", lastEventId];
    return [...base, ...this.#conversation(), ...resume];
  }

  deliver(frame: ServerMessage, request: RpcId | undefined): void {
    this.#handlers.onMessage(frame, request);
  }

  /**
   * Follows a redirect that keeps the method and stays at the origin, for good: frameworks send
   * `/mcp` to `/mcp/` on every request otherwise.
   */
  follows(head: HttpHead): boolean {
    if (head.status !== 307 && head.status !== 308) return false;
    const location = headerOf(head, "location");
    if (location === undefined || !URL.canParse(location, this.#url.href)) return false;
    const target = new URL(location, this.#url.href);
    if (target.origin !== this.#url.origin) return false;
    this.path = target.pathname + target.search;
    return true;
  }

  #settle(revision: Revision): void {
    this.#revision = revision;
    this.#legacyHeaders = [...this.#postHeaders, ...this.#conversation()];
  }

  #conversation(): readonly string[] {
    const session = this.#sessionId === undefined ? [] : ["mcp-session-id", this.#sessionId];
    if (this.#revision === undefined) return session;
    return ["mcp-protocol-version", this.#revision, ...session];
  }
}

function modernHeaders(revision: Revision, message: Omit<LinkRequest, "id">): readonly string[] {
  const lines = ["mcp-protocol-version", revision, "mcp-method", message.method];
  if (message.name !== undefined) lines.push("mcp-name", encodeHeaderValue(message.name));
  return message.paramHeaders === undefined ? lines : [...lines, ...message.paramHeaders];
}
