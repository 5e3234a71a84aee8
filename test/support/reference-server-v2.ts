import type { ServerContext } from "@modelcontextprotocol/server";
import {
  acceptedContent,
  inputRequired,
  McpServer,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { countUp } from "./reference-state.ts";
import type { ExtraTool, ReferenceState } from "./reference-state.ts";
import { referenceTools } from "./reference-tools.ts";
import type { ToolContext } from "./reference-tools.ts";

/** Lifetimes the modern server announces, for example for `tools/list`. */
export type CacheHints = NonNullable<ConstructorParameters<typeof McpServer>[1]>["cacheHints"];

/** One MCP server of SDK v2 over the shared state; it follows the state's extra tools until it is closed. */
export function createServerV2(state: ReferenceState, cacheHints: CacheHints = {}): McpServer {
  state.stats.instances += 1;
  const server = new McpServer(
    { name: "reference-v2", version: "2.0.0" },
    { instructions: "A reference server for tests.", cacheHints },
  );
  for (const tool of referenceTools(state)) {
    const { name, description, annotations, input, output } = tool;
    const config = { description, annotations, inputSchema: input };
    server.registerTool(
      name,
      output === undefined ? config : { ...config, outputSchema: output },
      (args, context) => tool.run(args, contextOf(context)),
    );
  }
  registerConfirm(server, state);
  registerRegional(server, state);
  registerExtraTools(server, state);
  registerDocuments(server);
  return server;
}

function contextOf({ mcpReq }: ServerContext): ToolContext {
  const { signal, _meta: meta } = mcpReq;
  const progressToken = meta?.progressToken;
  return {
    signal,
    meta: { ...meta },
    async progress(progress, total, message) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total, message };
        await mcpReq.notify({ method: "notifications/progress", params });
      }
    },
  };
}

/** Asks the user before it answers: `input_required` for modern peers, elicitation for legacy ones. */
function registerConfirm(server: McpServer, { stats }: ReferenceState): void {
  const accepted = z.object({ sure: z.boolean() });
  server.registerTool(
    "confirm",
    {
      description: "Asks the user for confirmation before it does what it is told",
      annotations: { readOnlyHint: false },
      inputSchema: z.object({ what: z.string() }),
    },
    ({ what }, { mcpReq }) => {
      countUp(stats.calls, "confirm");
      if (mcpReq.inputResponses?.["sure"] === undefined) {
        const question = { message: `Really ${what}?`, requestedSchema: accepted };
        return inputRequired({
          inputRequests: { sure: inputRequired.elicit(question) },
          requestState: `state of ${what}`,
        });
      }
      const sure = acceptedContent(mcpReq.inputResponses, "sure", accepted)?.sure === true;
      return { content: [{ type: "text", text: sure ? `done: ${what}` : `left alone: ${what}` }] };
    },
  );
}

/** Its region is mirrored in the header Mcp-Param-Region by modern clients. */
function registerRegional(server: McpServer, { stats }: ReferenceState): void {
  server.registerTool(
    "regional",
    {
      description: "Answers with the region it was called for",
      annotations: { readOnlyHint: true },
      inputSchema: z.object({ region: z.string().meta({ "x-mcp-header": "Region" }) }),
    },
    ({ region }) => {
      countUp(stats.calls, "regional");
      return { content: [{ type: "text", text: region }] };
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
  const argsSchema = z.object({ name: z.string() });
  server.registerPrompt("greet", { description: "Greets somebody", argsSchema }, ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Say hello to ${name}.` } }],
  }));
}
