import { setTimeout as sleep } from "node:timers/promises";
import { behaviours, textResult, untilCancelled } from "./behaviours.ts";
import type { RawCall } from "./behaviours.ts";
import { listTools } from "./catalogue.ts";
import { recordMessage } from "./state.ts";
import type { Channel, RawState } from "./state.ts";

type Id = string | number;
type Params = Record<string, unknown>;
export type Message = {
  id?: Id;
  method?: string;
  params?: Params;
  result?: unknown;
  error?: unknown;
};
type Request = { id: Id; method: string; params: Params; text: string };

/** Handles the messages of one connection; for HTTP, of one session. */
export type RawConnection = { receive(text: string, channel: Channel): void };

/** Makes the hand-written protocol side of one connection: no SDK, no checks that a real server would make. */
export function createRawConnection(state: RawState): RawConnection {
  const running = new Map<Id, { tool: string; abort: AbortController }>();
  const asked = new Map<Id, (answer: string) => void>();
  let nextAskId = 1;
  const ask = (channel: Channel, method: string, params: unknown): Promise<string> =>
    new Promise((resolve) => {
      const id = `ask-${nextAskId++}`;
      asked.set(id, resolve);
      channel.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });

  const runCall = async (request: Request, channel: Channel): Promise<void> => {
    const tool = String(request.params["name"]);
    const abort = new AbortController();
    running.set(request.id, { tool, abort });
    const call: RawCall = {
      tool,
      id: request.id,
      text: request.text,
      state,
      channel,
      cancelled: abort.signal,
      args: (request.params["arguments"] ?? {}) as Record<string, unknown>,
      progressToken: metaOf(request.params)["progressToken"] as Id | undefined,
      envelope: (result) => envelope(state, request, result),
      answer: (result) => channel.send(envelope(state, request, result)),
      ask: (method, params) => ask(channel, method, params),
    };
    await performCall(call).catch(() => undefined);
    running.delete(request.id);
  };

  const cancel = (id: Id): void => {
    const call = running.get(id);
    if (call !== undefined) {
      running.delete(id);
      state.stats.cancelled[call.tool] = (state.stats.cancelled[call.tool] ?? 0) + 1;
      call.abort.abort();
    }
  };

  return {
    receive(text, channel) {
      const { id, method, params = {}, result, error } = parseMessage(text);
      if (method === undefined) {
        asked.get(id ?? "")?.(JSON.stringify(result ?? { error }));
        return;
      }
      const tool = method === "tools/call" ? { tool: String(params["name"]) } : {};
      recordMessage(state, { method, ...tool, ...(id === undefined ? {} : { id }) });
      if (id !== undefined) {
        const request = { id, method, params, text };
        void (method === "tools/call"
          ? runCall(request, channel)
          : respond(state, request, channel));
      } else if (method === "notifications/cancelled") {
        cancel(params["requestId"] as Id);
      }
    },
  };
}

/** Shows up as the method `(no message)` in what was received, instead of ending the test run. */
export function parseMessage(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === "object" && message !== null && !Array.isArray(message)) {
      return message;
    }
  } catch {
    // Falls through: no JSON is as little a message as an array is.
  }
  return { method: "(no message)" };
}

async function performCall(call: RawCall): Promise<void> {
  const { state, tool, id, channel } = call;
  const { calls = "answer", callDelayMs = 0 } = state.options;
  state.stats.calls[tool] = (state.stats.calls[tool] ?? 0) + 1;
  if (callDelayMs > 0) {
    await sleep(callDelayMs, undefined, { signal: call.cancelled });
  }
  if (calls === "error") {
    channel.send(errorAnswer(id, -32_603, "Every call fails"));
  } else if (calls === "die") {
    channel.die();
  } else if (calls === "silent") {
    await untilCancelled(call.cancelled);
  } else {
    const known = Object.hasOwn(behaviours, tool) ? behaviours[tool] : undefined;
    await (known === undefined
      ? call.answer(textResult(JSON.stringify(call.args)))
      : known.run(call));
  }
}

type Responder = (state: RawState, request: Request, channel: Channel) => void | Promise<void>;

const responders: Readonly<Record<string, Responder>> = {
  initialize: (state, request, channel) =>
    state.options.era === "modern" ? refuse(request, channel) : open(state, request, channel),
  "server/discover": discover,
  "tools/list": list,
  "subscriptions/listen": (state, request, channel) =>
    isLegacy(state) ? refuse(request, channel) : acknowledge(state, request, channel),
  ping: (state, request, channel) => channel.send(envelope(state, request, "{}")),
};

function respond(state: RawState, request: Request, channel: Channel): void | Promise<void> {
  const responder = Object.hasOwn(responders, request.method)
    ? responders[request.method]
    : undefined;
  return responder === undefined ? refuse(request, channel) : responder(state, request, channel);
}

function refuse({ id, method }: Request, channel: Channel): void {
  channel.send(errorAnswer(id, -32_601, `Method not found: ${method}`));
}

function isLegacy({ options }: RawState): boolean {
  return (options.era ?? "legacy") === "legacy";
}

function discover(state: RawState, request: Request, channel: Channel): void | Promise<void> {
  if (!isLegacy(state)) {
    return open(state, request, channel);
  }
  const { unknownDiscover = "error" } = state.options;
  if (unknownDiscover === "error") {
    refuse(request, channel);
  } else if (unknownDiscover === "die") {
    channel.die();
  }
}

function list(state: RawState, request: Request, channel: Channel): void {
  if (state.options.list === "error") {
    channel.send(errorAnswer(request.id, -32_603, "The list is lost"));
  } else if (state.options.list !== "silent") {
    const tools = listTools(state, request.params["cursor"] as string | undefined);
    const lifetime = isModern(state, request.params) ? { ttlMs: 0, cacheScope: "private" } : {};
    channel.send(envelope(state, request, JSON.stringify({ ...tools, ...lifetime })));
  }
}

async function open(state: RawState, request: Request, channel: Channel): Promise<void> {
  const { opening = "answer", openingDelayMs = 0 } = state.options;
  await sleep(openingDelayMs);
  if (opening === "die") {
    channel.die();
  } else if (opening === "error") {
    channel.send(errorAnswer(request.id, -32_603, "Not today"));
  } else if (opening === "answer") {
    state.stats.openings += 1;
    channel.send(envelope(state, request, JSON.stringify(welcome(state, request))));
  }
}

function welcome({ options }: RawState, { method, params }: Request): object {
  const { protocolVersion = params["protocolVersion"], instructionsLength } = options;
  const serverInfo = { name: "raw", version: "0.0.1" };
  const common = {
    capabilities: { tools: { listChanged: true }, telepathy: {} },
    ...(instructionsLength === undefined ? {} : { instructions: "i".repeat(instructionsLength) }),
  };
  return method === "initialize"
    ? { protocolVersion, serverInfo, ...common }
    : {
        supportedVersions: ["2026-07-28"],
        ...common,
        ttlMs: 0,
        cacheScope: "private",
        _meta: { "io.modelcontextprotocol/serverInfo": serverInfo },
      };
}

/** The stream stays open; its request is never answered. */
function acknowledge({ listeners }: RawState, { id, params }: Request, channel: Channel): void {
  const meta = { _meta: { "io.modelcontextprotocol/subscriptionId": id } };
  const method = "notifications/subscriptions/acknowledged";
  channel.send(JSON.stringify({ jsonrpc: "2.0", method, params: { ...params, ...meta } }));
  listeners.add({ channel, subscriptionId: id });
}

function envelope(state: RawState, { id, params }: Request, result: string): string {
  const rest = result === "{}" ? "}" : `,${result.slice(1)}`;
  const tagged = isModern(state, params) ? `{"resultType":"complete"${rest}` : result;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${tagged}}`;
}

/** Whether the request itself claims a modern revision, and the server knows such. */
function isModern(state: RawState, params: Params): boolean {
  return (
    !isLegacy(state) && metaOf(params)["io.modelcontextprotocol/protocolVersion"] !== undefined
  );
}

function metaOf({ _meta: meta = {} }: Params): Record<string, unknown> {
  return meta as Record<string, unknown>;
}

function errorAnswer(id: Id, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });
}
