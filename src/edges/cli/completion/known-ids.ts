import { z } from "zod";
import { childAbort } from "../../../kernel/abort.ts";
import type { CommandContext } from "../command/context.ts";
import { findClient } from "../rest/open-client.ts";
import { readAnswer } from "../rest/rest-client.ts";
import type { KnownIds } from "./candidates.ts";

/** A person waits with a finger on the tab key. */
const LIMIT_MS = 800;

const toolsSchema = /* @__PURE__ */ z.object({ tools: z.array(z.object({ id: z.string() })) });
const serversSchema = /* @__PURE__ */ z.object({
  servers: z.array(z.object({ id: z.string(), description: z.string().optional() })),
});

/** Ids that the running daemon knows; none when there is none, or when it takes its time. */
export function createKnownIds(context: CommandContext): KnownIds {
  async function ask<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> {
    using limit = childAbort(context.signal);
    // Node may collect a signal of AbortSignal.timeout() before it fires.
    const timer = setTimeout(() => limit.abort(new Error("too slow")), LIMIT_MS);
    try {
      await using client = await findClient(context);
      if (client === undefined) return undefined;
      const { body } = await client.ask({ method: "GET", path, signal: limit.signal });
      return readAnswer(schema, body);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async tools(prefix) {
      const [server, rest] = prefix.split("__");
      const query = new URLSearchParams({ detail: "name", limit: "1000" });
      if (rest !== undefined && server !== undefined && server !== "") query.set("server", server);
      const found = await ask(`/v1/tools?${query.toString()}`, toolsSchema);
      return (found?.tools ?? []).map(({ id }) => ({ word: id }));
    },
    async servers() {
      const found = await ask("/v1/servers", serversSchema);
      return (found?.servers ?? []).map(({ id, description }) => ({
        word: id,
        ...(description === undefined ? {} : { about: description }),
      }));
    },
  };
}
