import { GatewayError, toGatewayError } from "../../../kernel/errors.ts";
import { encodeError } from "../../../mcp/encode.ts";
import { FrameError, parseFrame, type Frame, type RpcId } from "../../../mcp/frame.ts";
import { memberOf } from "../../../mcp/members-of.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { Gateway } from "../../../core/gateway.ts";
import { invalidRequest } from "../../../contract/index.ts";
import { requireAccess } from "../admit-requests.ts";
import { logBug } from "../answer-problems.ts";
import type { RequestMeter } from "../measure-requests.ts";
import type { HttpEdgeOptions } from "../options.ts";
import { toProblem } from "../problem.ts";
import { readTraceparent } from "../trace.ts";
import type { Operation, Operations } from "./operations.ts";
import { SocketCall } from "./socket-call.ts";
import type { SocketChannel } from "./socket-channel.ts";
import { splitParams } from "./socket-params.ts";

type RequestFrame = Extract<Frame, { kind: "request" }>;
type NotificationFrame = Extract<Frame, { kind: "notification" }>;

const OPEN_BRACKET = 0x5b;
/** How soon a request that found no room should come again, in milliseconds. */
const RETRY_AFTER_MS = 100;

/** What a connection works with. */
export interface SocketDeps {
  readonly gateway: Pick<Gateway, "access" | "clock" | "log" | "random">;
  readonly operations: Operations;
  readonly options: Pick<HttpEdgeOptions, "maxSocketRequests" | "maxParamLength">;
  readonly meter: RequestMeter;
  /** Who asks, anew for each request: a key may be taken back while the socket is open. */
  readonly authenticate: () => Principal;
}

/** Serves one socket until disposed, which cancels all that it began. */
export class SocketConnection implements Disposable {
  readonly #deps: SocketDeps;
  readonly #channel: SocketChannel;
  readonly #calls = new Map<RpcId, SocketCall>();

  constructor(deps: SocketDeps, channel: SocketChannel) {
    this.#deps = deps;
    this.#channel = channel;
  }

  /** Takes one message. */
  receive(message: Uint8Array): void {
    const frame = readFrame(message, this.#channel);
    if (frame?.kind === "request") void this.#serve(frame);
    else if (frame?.kind === "notification") this.#hear(frame);
  }

  [Symbol.dispose](): void {
    for (const call of this.#calls.values()) call.abandon();
  }

  async #serve(frame: RequestFrame): Promise<void> {
    const { gateway } = this.#deps;
    const { id, method } = frame;
    const trace = readTraceparent(memberOf(frame.params, "traceparent"));
    const traceId = trace?.traceId ?? gateway.random.hex(16);
    const operation = this.#deps.operations.find(method);
    const measure = this.#measure(operation);
    const call = new SocketCall({
      id,
      traceId,
      channel: this.#channel,
      onEnd: ({ status }) => {
        if (this.#calls.get(id) === call) this.#calls.delete(id);
        measure(status);
      },
    });
    try {
      this.#enter(id, call);
      if (operation === undefined) throw this.#deps.operations.unknown(method);
      await this.#run(operation, frame, call);
    } catch (error) {
      const failure = toGatewayError(error);
      logBug(failure, { traceId, operation: method }, gateway.log);
      call.respond(toProblem(failure, { traceId }));
    }
  }

  async #run(
    { endpoint, places }: Operation,
    { params }: RequestFrame,
    call: SocketCall,
  ): Promise<void> {
    const { authenticate, gateway, options } = this.#deps;
    const principal = authenticate();
    requireAccess(endpoint.access, principal, gateway);
    const parts = splitParams(params, places, options);
    call.conclude(await endpoint.answer(call.incoming(parts, principal)));
  }

  /** Begins to measure a request; as over HTTP, streams that stay open are left out. */
  #measure(operation: Operation | undefined): (status: number) => void {
    const { gateway, meter } = this.#deps;
    const startedAt = gateway.clock.monotonic();
    const route = `/v1/ws ${operation?.endpoint.operationId ?? "unmatched"}`;
    return (status) => {
      if (operation?.endpoint.streams === true) return;
      meter(route, status, gateway.clock.monotonic() - startedAt);
    };
  }

  #enter(id: RpcId, call: SocketCall): void {
    const { maxSocketRequests } = this.#deps.options;
    if (this.#calls.has(id)) {
      const message = `a request with id ${JSON.stringify(id)} is under way`;
      throw invalidRequest([{ path: "/id", message }]);
    }
    if (this.#calls.size >= maxSocketRequests) {
      const reason = `${maxSocketRequests} requests of this socket are under way, the limit`;
      const retryAfterMs = RETRY_AFTER_MS;
      throw new GatewayError("rate-limited", `Too many: ${reason}.`, { reason, retryAfterMs });
    }
    this.#calls.set(id, call);
  }

  #hear({ method, params }: NotificationFrame): void {
    if (method !== "$/cancel") return;
    const id = memberOf(params, "id");
    if (typeof id === "string" || typeof id === "number") this.#calls.get(id)?.cancel();
  }
}

/** A message, or nothing where it is none, which is answered. */
function readFrame(message: Uint8Array, channel: SocketChannel): Frame | undefined {
  try {
    if (message.find((byte) => byte > 0x20) === OPEN_BRACKET) {
      throw new FrameError(RPC.invalidRequest, "batches are not taken; send one request a message");
    }
    return parseFrame(message);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    channel.send(encodeError(error.id, { code: error.rpcCode, message: error.message }));
    return undefined;
  }
}
