import type { ConfiguredServer, ImportSource } from "../host.ts";
import { OWN_NAME } from "./client-entry.ts";

/** A server that was found, and whether it is taken over. */
export interface JudgedServer extends ConfiguredServer {
  readonly program: string;
  readonly path: string;
  readonly verdict: "new" | "configured already" | "found before" | "this gateway";
}

/**
 * Says of each server whether it can be taken over. A gateway's own entry cannot: it would be its
 * own server. Of several with one id the first is taken.
 */
export function judgeImports(
  sources: readonly ImportSource[],
  configured: readonly ConfiguredServer[],
): JudgedServer[] {
  const known = new Set(configured.map(({ id }) => id));
  const seen = new Set<string>();
  return sources.flatMap(({ program, path, servers }) =>
    servers.map((server) => {
      const verdict = judge(server, known, seen);
      seen.add(server.id);
      return { ...server, program, path, verdict };
    }),
  );
}

export function isAdded({ verdict }: JudgedServer): boolean {
  return verdict === "new";
}

function judge(
  { id }: ConfiguredServer,
  known: ReadonlySet<string>,
  seen: ReadonlySet<string>,
): JudgedServer["verdict"] {
  if (id === OWN_NAME) return "this gateway";
  if (known.has(id)) return "configured already";
  return seen.has(id) ? "found before" : "new";
}
