import type { RawServerOptions } from "./options.ts";

/** What a raw server saw; all counters only grow. */
export type RawStats = {
  /** The newest 10,000 messages, in order of arrival. */
  received: { method: string; id?: string | number; tool?: string }[];
  calls: Record<string, number>;
  /** `notifications/cancelled` that named a running call, by tool. */
  cancelled: Record<string, number>;
  /** Openings answered: `initialize` or `server/discover`. */
  openings: number;
  /** Connections, or for HTTP sessions, ever made. */
  connections: number;
};

/** Where the messages of one connection (or of one POST) go, and how it can be mistreated. */
export type Channel = {
  send(text: string): void;
  /** Sends the text in small pieces over so many milliseconds. */
  drip(text: string, overMs: number): Promise<void>;
  /** Sends the beginning of a message whose end never comes. */
  sendPart(text: string): Promise<void>;
  /** Sends something that is no JSON-RPC message. */
  sendGarbage(): void;
  /** Sends the text as binary, where there is such a thing. */
  sendBinary(text: string): void;
  /** Ends the connection without a word; a stdio server kills itself. */
  die(): void;
  writeStderr(text: string): void;
  /** Makes the server forget the session of this connection, where there is such a thing. */
  dropSession(): void;
};

/** What all connections of one raw server share. */
export type RawState = {
  options: RawServerOptions;
  stats: RawStats;
  /** Names put on the list while the server runs. */
  addedTools: Set<string>;
  removedTools: Set<string>;
  /** Is told of every message that arrives. */
  onMessage: (message: RawStats["received"][number]) => void;
  /** Channels that can carry messages nobody asked for. */
  listeners: Set<Listener>;
};

/** A channel for unsolicited messages; modern ones carry the id of their `subscriptions/listen`. */
export type Listener = { channel: Pick<Channel, "send">; subscriptionId?: string | number };

const keptMessages = 10_000;

export function createRawState(
  options: RawServerOptions,
  onMessage: RawState["onMessage"] = () => undefined,
): RawState {
  return {
    options,
    stats: { received: [], calls: {}, cancelled: {}, openings: 0, connections: 0 },
    addedTools: new Set(),
    removedTools: new Set(),
    onMessage,
    listeners: new Set(),
  };
}

export function recordMessage(
  { stats, onMessage }: RawState,
  message: RawStats["received"][number],
): void {
  stats.received.push(message);
  stats.received.splice(0, stats.received.length - keptMessages);
  onMessage(message);
}

/** Changes the list of tools; announces it unless told not to. */
export type ToolChange = {
  add?: readonly string[];
  remove?: readonly string[];
  announce?: boolean;
};

export function changeTools(
  state: RawState,
  { add = [], remove = [], announce = true }: ToolChange,
): void {
  for (const name of add) {
    state.addedTools.add(name);
    state.removedTools.delete(name);
  }
  for (const name of remove) {
    state.addedTools.delete(name);
    state.removedTools.add(name);
  }
  if (announce) {
    notifyAll(state, "notifications/tools/list_changed");
  }
}

/** Sends a notification to all listeners, tagged with their subscription where they have one. */
export function notifyAll({ listeners }: RawState, method: string): void {
  for (const { channel, subscriptionId } of listeners) {
    const tag = { _meta: { "io.modelcontextprotocol/subscriptionId": subscriptionId } };
    const params = subscriptionId === undefined ? {} : { params: tag };
    channel.send(JSON.stringify({ jsonrpc: "2.0", method, ...params }));
  }
}
