import { encodeError } from "../../mcp/encode.ts";
import { readEnvelope } from "../../mcp/envelope.ts";
import { FrameError, parseFrames, type Frame, type RpcId } from "../../mcp/frame.ts";
import { META } from "../../mcp/meta-keys.ts";
import {
  eraOf,
  LATEST_LEGACY_REVISION,
  MODERN_REVISION,
  type Revision,
} from "../../mcp/revisions.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import type { Principal } from "../../core/access/index.ts";
import { encodeAnswer, rpcError, type Answer } from "./answer.ts";
import { createInFlight, readCancelledId, type InFlight } from "./in-flight.ts";
import type { McpRequest } from "./methods.ts";
import type { Responder } from "./responder.ts";
import {
  acknowledgedFrame,
  readListenFilter,
  subscriptionEndFrame,
  toolsChangedFrame,
} from "./subscription-frames.ts";
import type { Surface } from "./surface.ts";

type RequestFrame = Extract<Frame, { kind: "request" }>;

/** One downstream connection that carries whole messages both ways: a WebSocket, or stdio. */
export interface DuplexChannel {
  send(frame: Buffer): void;
}

/** Serves one connection. Both eras may speak over it, each request for itself. */
export interface DuplexServer extends Disposable {
  /** Takes one message as it arrived. */
  receive(message: Uint8Array): void;
  /** Resolves when no request is under way. */
  idle(): Promise<void>;
}

export interface DuplexDeps {
  readonly responder: Responder;
  readonly surface: Surface;
  readonly principal: Principal;
  /** Stands in upstream pool keys; unique per connection. */
  readonly session: string;
  readonly maxInFlight: number;
}

/** Serves a connection through its channel, until disposed. */
export function createDuplexServer(deps: DuplexDeps, channel: DuplexChannel): DuplexServer {
  return new DuplexConnection(deps, channel);
}

class DuplexConnection implements DuplexServer {
  readonly #deps: DuplexDeps;
  readonly #channel: DuplexChannel;
  readonly #inFlight: InFlight;
  readonly #subscriptions = new Set<RpcId>();
  readonly #changes: Disposable;
  readonly #serving = new Set<Promise<void>>();
  /** Set by `initialize`; modern requests need none. */
  #legacyRevision: Revision | undefined;

  constructor(deps: DuplexDeps, channel: DuplexChannel) {
    this.#deps = deps;
    this.#channel = channel;
    this.#inFlight = createInFlight(deps.maxInFlight);
    this.#changes = deps.surface.onToolsChanged(() => {
      if (this.#legacyRevision !== undefined) channel.send(toolsChangedFrame());
      for (const id of this.#subscriptions) channel.send(toolsChangedFrame(id));
    });
  }

  receive(message: Uint8Array): void {
    for (const frame of readFrames(message, this.#channel)) {
      const serving = this.#serve(frame).finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    }
  }

  async idle(): Promise<void> {
    // What is asked meanwhile is waited for too.
    while (this.#serving.size > 0) await Promise.all(this.#serving);
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
    for (const id of this.#subscriptions) {
      this.#channel.send(subscriptionEndFrame(id, this.#deps.responder.identity));
    }
    this.#subscriptions.clear();
    this.#inFlight.cancelAll();
  }

  async #serve(frame: Frame): Promise<void> {
    if (frame.kind === "notification") return this.#hear(frame);
    if (frame.kind !== "request") return;
    const encoded = encodeAnswer(frame.id, await this.#answer(frame));
    if (encoded !== undefined) this.#channel.send(encoded);
  }

  #hear(frame: Extract<Frame, { kind: "notification" }>): void {
    if (frame.method !== "notifications/cancelled") return;
    const id = readCancelledId(frame);
    if (id === undefined) return;
    this.#subscriptions.delete(id);
    this.#inFlight.cancel(id);
  }

  async #answer(frame: RequestFrame): Promise<Answer> {
    const reading = readEnvelope(frame.params);
    if (reading.kind === "invalid") {
      return rpcError(reading.code, reading.message, { data: reading.data });
    }
    if (reading.kind === "modern") {
      if (frame.method === "subscriptions/listen") return this.#listen(frame);
      return this.#run(frame, MODERN_REVISION);
    }
    if (frame.method === "initialize") {
      const opened = this.#deps.responder.initialize(this.#request(frame, LATEST_LEGACY_REVISION));
      this.#legacyRevision = opened.revision;
      return opened.answer;
    }
    if (this.#legacyRevision === undefined && frame.method !== "ping") return notOpened();
    return this.#run(frame, this.#legacyRevision ?? LATEST_LEGACY_REVISION);
  }

  #run(frame: RequestFrame, revision: Revision): Promise<Answer> {
    return this.#inFlight.run(frame.id, undefined, (signal) =>
      this.#deps.responder.answer(this.#request(frame, revision), signal),
    );
  }

  #request(frame: RequestFrame, revision: Revision): McpRequest {
    const { principal, session, surface } = this.#deps;
    const peer = { principal, session, revision, era: eraOf(revision) };
    return { frame, surface, peer, notify: (bytes) => this.#channel.send(bytes) };
  }

  #listen(frame: RequestFrame): Answer {
    const filter = readListenFilter(frame.params);
    if (filter === undefined) {
      return rpcError(RPC.invalidParams, "params.notifications must be an object");
    }
    if (this.#subscriptions.size >= this.#deps.maxInFlight) {
      return rpcError(RPC.internalError, "Subscription limit reached");
    }
    this.#channel.send(acknowledgedFrame(frame.id, filter));
    if (!filter.toolsListChanged) {
      this.#channel.send(subscriptionEndFrame(frame.id, this.#deps.responder.identity));
    } else this.#subscriptions.add(frame.id);
    return { kind: "silent" };
  }
}

function readFrames(message: Uint8Array, channel: DuplexChannel): readonly Frame[] {
  try {
    return parseFrames(message);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    channel.send(encodeError(error.id, { code: error.rpcCode, message: error.message }));
    return [];
  }
}

function notOpened(): Answer {
  return rpcError(
    RPC.invalidParams,
    `open with initialize, or send params._meta["${META.protocolVersion}"]`,
    { data: { supported: [MODERN_REVISION] } },
  );
}
