import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { countUp } from "./reference-state.ts";
import type { ExtraTool, ReferenceState } from "./reference-state.ts";
import { referenceTools } from "./reference-tools.ts";
import type { ToolContext } from "./reference-tools.ts";

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One MCP server of SDK v1 (legacy era only) over the shared state, with the tools of the v2 one but `regional`. */
export function createServerV1(state: ReferenceState): McpServer {
  state.stats.instances += 1;
  const server = new McpServer(
    { name: "reference-v1", version: "1.0.0" },
    { instructions: "A reference server for tests." },
  );
  for (const tool of referenceTools(state)) {
    const { name, description, annotations, input, output } = tool;
    const config = { description, annotations, inputSchema: input };
    server.registerTool(
      name,
      output === undefined ? config : { ...config, outputSchema: output },
      (args: Record<string, unknown>, extra: Extra) => tool.run(args, contextOf(extra)),
    );
  }
  registerConfirm(server, state);
  registerExtraTools(server, state);
  registerDocuments(server);
  return server;
}

function contextOf({ signal, _meta: meta, sendNotification }: Extra): ToolContext {
  const progressToken = meta?.progressToken;
  return {
    signal,
    meta: { ...meta },
    async progress(progress, total, message) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total, message };
        await sendNotification({ method: "notifications/progress", params });
      }
    },
  };
}

/** Asks the user through an elicitation request before it answers. */
function registerConfirm(server: McpServer, { stats }: ReferenceState): void {
  server.registerTool(
    "confirm",
    {
      description: "Asks the user for confirmation before it does what it is told",
      annotations: { readOnlyHint: false },
      inputSchema: z.object({ what: z.string() }),
    },
    async ({ what }: { what: string }) => {
      countUp(stats.calls, "confirm");
      const { action, content } = await server.server.elicitInput({
        message: `Really ${what}?`,
        requestedSchema: {
          type: "object",
          properties: { sure: { type: "boolean" } },
          required: ["sure"],
        },
      });
      const sure = action === "accept" && content?.["sure"] === true;
      return { content: [{ type: "text", text: sure ? `done: ${what}` : `left alone: ${what}` }] };
    },
  );
}

function registerExtraTools(server: McpServer, state: ReferenceState): void {
  const registered = new Map<string, { remove(): void }>();
  const add = ({ name, description }: ExtraTool): void => {
    const config = { description, annotations: { readOnlyHint: true } };
    const handle = server.registerTool(name, config, () => {
      countUp(state.stats.calls, name);
      return { content: [{ type: "text", text: name }] };
    });
    registered.set(name, handle);
  };
  state.extraTools.forEach(add);
  const stopListening = state.onChange((change) => {
    if ("added" in change) {
      add(change.added);
    } else {
      registered.get(change.removed)?.remove();
    }
  });
  Object.assign(server.server, { onclose: stopListening });
}

function registerDocuments(server: McpServer): void {
  const mimeType = "text/plain";
  server.registerResource("readme", "reference://readme", { mimeType }, ({ href }) => ({
    contents: [{ uri: href, mimeType, text: "Read me." }],
  }));
  const template = new ResourceTemplate("reference://pages/{number}", { list: undefined });
  server.registerResource("page", template, { mimeType }, ({ href }, { number }) => ({
    contents: [{ uri: href, mimeType, text: `Page ${String(number)}.` }],
  }));
  const argsSchema = { name: z.string() };
  server.registerPrompt("greet", { description: "Greets somebody", argsSchema }, ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Say hello to ${name}.` } }],
  }));
}
