import type {
  EndpointSpec,
  Link,
  LinkFactories,
  LinkHandlers,
  LinkRequest,
} from "../../../src/core/upstream/index.ts";
import { toRawJson } from "../../../src/kernel/raw-json.ts";

/** A link that a test holds the other end of. */
export type FakeLink = {
  readonly endpoint: EndpointSpec;
  readonly handlers: LinkHandlers;
  readonly requests: LinkRequest[];
  readonly notified: string[];
  isDisposed: boolean;
  listening: number;
};

/** What a fake server answers: a result, an error thrown, or a promise of either. */
export type FakeAnswer = (request: LinkRequest, link: FakeLink) => unknown;

/** Links to servers that exist only in the test. */
export type FakeLinks = {
  factories: LinkFactories;
  /** All links ever opened, in order. */
  readonly opened: FakeLink[];
  /** Attempts to open one, failed ones included. */
  attempts: number;
  /** Runs before each link is opened; throws, or waits, as the test needs. */
  beforeOpen: (endpoint: EndpointSpec, signal: AbortSignal) => unknown;
  answer: FakeAnswer;
};

/** A JSON-RPC error to throw from an answer. */
export class FakeRpcError extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message = "as told", data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** What a plain legacy server with these tools answers; each call gives its arguments back. */
export function legacyAnswers(tools: readonly string[] = ["echo"]): FakeAnswer {
  return (request) => {
    switch (request.method) {
      case "initialize":
        return {
          protocolVersion: "2025-11-25",
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name: "fake", version: "1" },
        };
      case "tools/list":
        return { tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })) };
      case "tools/call":
        return { content: [], echo: request.params?.value() };
      default:
        throw new FakeRpcError(-32601);
    }
  };
}

/** What a plain modern server with these tools answers. */
export function modernAnswers(tools: readonly string[] = ["echo"]): FakeAnswer {
  const legacy = legacyAnswers(tools);
  return (request, link) => {
    if (request.method === "initialize") throw new FakeRpcError(-32022);
    if (request.method !== "server/discover") return legacy(request, link);
    return { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
  };
}

export function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function createFakeLinks(answer: FakeAnswer = legacyAnswers()): FakeLinks {
  const links: FakeLinks = {
    opened: [],
    attempts: 0,
    beforeOpen: () => undefined,
    answer,
    factories: {
      stdio: { open: (...args) => open(links, ...args) },
      websocket: { open: (...args) => open(links, ...args) },
      sse: { open: (...args) => open(links, ...args) },
      "streamable-http": { open: (...args) => open(links, ...args) },
    },
  };
  return links;
}

async function open(
  links: FakeLinks,
  ...[endpoint, handlers, signal]: [EndpointSpec, LinkHandlers, AbortSignal]
): Promise<Link> {
  links.attempts += 1;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  await Promise.race([Promise.resolve(links.beforeOpen(endpoint, signal)), aborted]);
  const fake: FakeLink = {
    endpoint,
    handlers,
    requests: [],
    notified: [],
    isDisposed: false,
    listening: 0,
  };
  links.opened.push(fake);
  return linkOf(links, fake);
}

function linkOf(links: FakeLinks, fake: FakeLink): Link {
  return {
    transport: fake.endpoint.transport,
    pids: fake.endpoint.transport === "stdio" ? [4_000_000 + links.opened.length] : [],
    request(message, signal) {
      fake.requests.push(message);
      return new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal.reason);
        if (signal.aborted) return onAbort();
        signal.addEventListener("abort", onAbort, { once: true });
        Promise.resolve()
          .then(() => links.answer(message, fake))
          .then((result) => {
            resolve({ frame: { kind: "response", id: message.id, result: toRawJson(result) } });
          })
          .catch((error: unknown) => {
            if (!(error instanceof FakeRpcError)) return reject(error);
            const { code, message: text, data } = error;
            const rpc = {
              code,
              message: text,
              ...(data !== undefined && { data: toRawJson(data) }),
            };
            resolve({ frame: { kind: "error", id: message.id, error: rpc } });
          })
          .finally(() => signal.removeEventListener("abort", onAbort));
      });
    },
    async notify({ method }) {
      fake.notified.push(method);
    },
    respond: () => Promise.resolve(),
    listen(signal) {
      fake.listening += 1;
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
    async [Symbol.asyncDispose]() {
      fake.isDisposed = true;
    },
  };
}
