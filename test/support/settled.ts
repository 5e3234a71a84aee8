import type { RestClient } from "./rest-client.ts";
import { waitFor } from "./wait-for.ts";

/** A server as `GET /v1/servers` shows it to operators. */
export type ServerView = {
  id: string;
  state: string;
  reason?: string;
  tools: number;
  era?: string;
  revision?: string;
  transport?: string;
  target?: string;
  source?: string;
  pids?: number[];
  connections?: number;
  reconnects?: number;
};

export async function serverViews(rest: RestClient): Promise<Map<string, ServerView>> {
  const { body } = await rest.get("/v1/servers");
  return new Map((body.servers as ServerView[]).map((server) => [server.id, server]));
}

/** Waits (at most 20 s) until all these servers have the state; gives them all. */
export async function untilState(
  rest: RestClient,
  ids: readonly string[],
  state = "ready",
): Promise<Map<string, ServerView>> {
  return waitFor(
    async () => {
      const views = await serverViews(rest);
      const others = ids.filter((id) => views.get(id)?.state !== state);
      if (others.length > 0) {
        throw new Error(JSON.stringify(others.map((id) => views.get(id) ?? `${id} is missing`)));
      }
      return views;
    },
    { what: `${ids.join(", ")} to be ${state}`, timeoutMs: 20_000, everyMs: 50 },
  );
}
