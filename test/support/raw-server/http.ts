import { randomUUID } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { listenHttp } from "../http-listener.ts";
import type { RawHttpOptions } from "./options.ts";
import { createRawConnection, parseMessage } from "./protocol.ts";
import type { RawConnection } from "./protocol.ts";
import { asRawServer, piecesOf } from "./raw-server.ts";
import type { RawServer } from "./raw-server.ts";
import { createRawState } from "./state.ts";
import type { Channel, RawState } from "./state.ts";

/** An HTTP answer given instead of MCP: to the next `times` POSTs (default 1), or those of this JSON-RPC method. */
export type Fault = {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string;
  times?: number;
  method?: string;
};

/** A raw Streamable HTTP server. */
export type RawHttpServer = RawServer & {
  /** Answers the next POSTs in this way. */
  failNext(fault: Fault): void;
  /** Living sessions. */
  sessions(): number;
  /** Forgets all sessions: their next requests get 404. */
  dropSessions(): void;
};

type Site = {
  state: RawState;
  options: RawHttpOptions;
  sessions: Map<string, RawConnection>;
  faults: Fault[];
  /** For requests outside of sessions. */
  common: RawConnection;
};

/** Starts a raw MCP server over Streamable HTTP at http://127.0.0.1:PORT/mcp. */
export async function startRawHttpServer(options: RawHttpOptions = {}): Promise<RawHttpServer> {
  const state = createRawState(options);
  const common = createRawConnection(state);
  const site: Site = { state, options, sessions: new Map(), faults: [], common };
  const listener = await listenHttp((request, response) => {
    if (request.url !== "/mcp") {
      return response.writeHead(404).end();
    }
    switch (request.method) {
      case "POST":
        return answerPost(site, request, response);
      case "GET":
        return openStream(site, request, response);
      case "DELETE":
        site.sessions.delete(sessionId(request));
        return response.writeHead(204).end();
      default:
        return response.writeHead(405).end();
    }
  });
  const server = asRawServer(`${listener.origin}/mcp`, state, listener.close);
  return Object.assign(server, {
    failNext: (fault: Fault) => void site.faults.push({ ...fault }),
    sessions: () => site.sessions.size,
    dropSessions: () => site.sessions.clear(),
  });
}

async function answerPost(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readText(request);
  const message = parseMessage(body);
  const fault = takeFault(site.faults, message.method);
  if (fault !== undefined) {
    response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? "");
    return;
  }
  const opened = openSession(site, message.method);
  const id = opened ?? sessionId(request);
  const connection = connectionFor(site, request, id);
  if (connection === undefined) {
    const error = { code: -32_001, message: "Session not found" };
    const answer = JSON.stringify({ jsonrpc: "2.0", id: null, error });
    response.writeHead(id === "" ? 400 : 404, { "content-type": "application/json" }).end(answer);
    return;
  }
  if (opened !== undefined) {
    response.setHeader("mcp-session-id", opened);
  }
  if (message.id === undefined || message.method === undefined) {
    response.writeHead(202).end();
    connection.receive(body, deafChannel);
    return;
  }
  const streams = site.options.answers === "sse" || message.method === "subscriptions/listen";
  const exchange = streams
    ? streamedExchange(response, message.id)
    : singleExchange(response, site.state);
  const channel = { ...exchange, dropSession: () => void site.sessions.delete(id) };
  response.once("close", () => forget(site.state, channel));
  connection.receive(body, channel);
}

function openSession(
  { options, sessions, state }: Site,
  method: string | undefined,
): string | undefined {
  if (method !== "initialize" || options.sessions === false) {
    return undefined;
  }
  const id = randomUUID();
  sessions.set(id, createRawConnection(state));
  state.stats.connections += 1;
  return id;
}

function connectionFor(
  site: Site,
  request: IncomingMessage,
  id: string,
): RawConnection | undefined {
  const isModern = request.headers["mcp-method"] !== undefined;
  return isModern || site.options.sessions === false ? site.common : site.sessions.get(id);
}

function sessionId({ headers }: IncomingMessage): string {
  return String(headers["mcp-session-id"] ?? "");
}

function takeFault(faults: Fault[], method: string | undefined): Fault | undefined {
  const fault = faults.find(
    (candidate) => candidate.method === undefined || candidate.method === method,
  );
  if (fault !== undefined) {
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) {
      faults.splice(faults.indexOf(fault), 1);
    }
  }
  return fault;
}

function openStream(
  { state, options, sessions }: Site,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const known = options.sessions === false || sessions.has(sessionId(request));
  if (options.stream === "none" || !known) {
    response.writeHead(known ? 405 : 404).end();
    return;
  }
  const channel = streamedExchange(response);
  response.write(": open\n\n");
  state.listeners.add({ channel });
  response.once("close", () => forget(state, channel));
}

function forget({ listeners }: RawState, channel: Pick<Channel, "send">): void {
  for (const listener of listeners) {
    if (listener.channel === channel) {
      listeners.delete(listener);
    }
  }
}

/** Where a notification's answers would go, if it had any. */
const deafChannel: Channel = {
  send: () => undefined,
  drip: () => Promise.resolve(),
  sendPart: () => Promise.resolve(),
  sendGarbage: () => undefined,
  sendBinary: () => undefined,
  die: () => undefined,
  writeStderr: () => undefined,
  dropSession: () => undefined,
};

type Exchange = Omit<Channel, "dropSession">;

/** One JSON body. Whatever is no answer to the request goes to the listening streams. */
function singleExchange(response: ServerResponse, state: RawState): Exchange {
  const headers = { "content-type": "application/json" };
  const finish = (body: string | Buffer): void => {
    if (!response.headersSent) {
      response.writeHead(200, headers).end(body);
    }
  };
  return {
    send(text) {
      const { method } = text.length > 1_000_000 ? {} : (JSON.parse(text) as { method?: string });
      if (method === undefined) {
        finish(text);
      } else {
        state.listeners.forEach(({ channel }) => channel.send(text));
      }
    },
    async drip(text, overMs) {
      response.writeHead(200, headers);
      await writeSlowly(response, text, overMs);
    },
    sendPart: (text) => writePart(response.writeHead(200, headers), text),
    sendGarbage: () => finish("<html><body>Welcome</body></html>"),
    sendBinary: (text) => finish(Buffer.from(text, "utf16le")),
    die: () => response.destroy(),
    writeStderr: () => undefined,
  };
}

/** An event stream; that of a request ends with the turn in which the request was answered. */
function streamedExchange(response: ServerResponse, requestId?: string | number): Exchange {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  return {
    send(text) {
      response.write(eventOf(text));
      const start = `{"jsonrpc":"2.0","id":${JSON.stringify(requestId)}`;
      if (requestId !== undefined && text.startsWith(start)) {
        setImmediate(() => response.end());
      }
    },
    drip: (text, overMs) => writeSlowly(response, eventOf(text), overMs),
    sendPart: (text) => writePart(response, `data: ${text}`),
    sendGarbage: () =>
      void response.write(
        "data: {not json\n\nevent: odd\ndata: 1\ndata: 2\n\nnonsense\n\n: comment\n\n",
      ),
    sendBinary: (text) => void response.write(Buffer.from(text, "utf16le")),
    die: () => response.destroy(),
    writeStderr: () => undefined,
  };
}

async function writeSlowly(response: ServerResponse, text: string, overMs: number): Promise<void> {
  const pieces = piecesOf(text);
  for (const piece of pieces) {
    await sleep(overMs / pieces.length);
    response.write(piece);
  }
  response.end();
}

function writePart(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

function eventOf(text: string): string {
  return `event: message\ndata: ${text}\n\n`;
}
