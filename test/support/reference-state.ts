import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

const keptRequests = 200;

/** What a reference server saw. Read it while the server runs; all counters only grow. */
export type ReferenceStats = {
  /** Tool calls that arrived, by tool name. */
  calls: Record<string, number>;
  /** Tool calls whose sender cancelled them while they ran, by tool name. */
  cancelled: Record<string, number>;
  /** MCP server instances made: one for each session, socket or (modern HTTP) request. */
  instances: number;
  /** The newest 200 HTTP requests, upgrades included. */
  requests: { method: string; path: string; headers: IncomingHttpHeaders }[];
};

/** A tool that can be put on the list while the server runs. */
export type ExtraTool = { name: string; description: string };
type ChangeListener = (change: { added: ExtraTool } | { removed: string }) => void;

/** What all connections of one reference server share. */
export type ReferenceState = {
  stats: ReferenceStats;
  note: { text: string; version: number };
  extraTools: Map<string, ExtraTool>;
  /** Puts a tool on the list of every connection; each is told with list_changed. */
  addTool(tool: ExtraTool): void;
  removeTool(name: string): void;
  /** Calls back at every change until the returned function is called. */
  onChange(listener: ChangeListener): () => void;
  recordRequest(request: Pick<IncomingMessage, "method" | "url" | "headers">): void;
};

export function createReferenceState(): ReferenceState {
  const listeners = new Set<ChangeListener>();
  const stats: ReferenceStats = { calls: {}, cancelled: {}, instances: 0, requests: [] };
  const extraTools = new Map<string, ExtraTool>();
  return {
    stats,
    note: { text: "", version: 0 },
    extraTools,
    addTool(tool) {
      extraTools.set(tool.name, tool);
      listeners.forEach((listener) => listener({ added: tool }));
    },
    removeTool(name) {
      extraTools.delete(name);
      listeners.forEach((listener) => listener({ removed: name }));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    recordRequest({ method = "", url = "", headers }) {
      stats.requests.push({ method, path: url, headers });
      stats.requests.splice(0, stats.requests.length - keptRequests);
    },
  };
}

/** Adds one to a counter and gives its new value. */
export function countUp(counters: Record<string, number>, name: string): number {
  counters[name] = (counters[name] ?? 0) + 1;
  return counters[name];
}
