import { LinkError } from "./link.ts";

/** Counts connections and child processes, of each server and in all. */
export interface ConnectionBudget {
  /**
   * Takes a place; disposing the lease gives it back.
   * @throws LinkError `overloaded` when there is none.
   */
  take(server: string, needsChild: boolean): Disposable;
}

/** Makes a budget; see the upstream options of the same names. */
export function createConnectionBudget(limits: {
  readonly maxConnectionsPerServer: number;
  readonly maxConnections: number;
  readonly maxChildren: number;
}): ConnectionBudget {
  const perServer = new Map<string, number>();
  let connections = 0;
  let children = 0;

  function refusal(server: string, needsChild: boolean): string | undefined {
    const own = perServer.get(server) ?? 0;
    if (own >= limits.maxConnectionsPerServer) {
      return `the server has ${own} connections, the most allowed (maxConnectionsPerServer)`;
    }
    if (connections >= limits.maxConnections) {
      return `there are ${connections} connections, the most allowed (maxConnections)`;
    }
    if (!needsChild || children < limits.maxChildren) return undefined;
    return `there are ${children} child processes, the most allowed`;
  }

  function add(server: string, change: { count: 1 | -1; needsChild: boolean }): void {
    const own = (perServer.get(server) ?? 0) + change.count;
    if (own === 0) perServer.delete(server);
    else perServer.set(server, own);
    connections += change.count;
    if (change.needsChild) children += change.count;
  }

  return {
    take(server, needsChild) {
      const reason = refusal(server, needsChild);
      if (reason !== undefined) throw new LinkError("overloaded", reason, { reached: false });
      add(server, { count: 1, needsChild });
      let isTaken = true;
      return {
        [Symbol.dispose]() {
          if (isTaken) add(server, { count: -1, needsChild });
          isTaken = false;
        },
      };
    },
  };
}
