import { isGatewayError } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import { rpcError, type Answer } from "../answer.ts";
import { failureAnswer } from "../failure-answer.ts";
import { forEra } from "../outcome-answer.ts";
import type { Surface } from "../surface.ts";
import { createCallTool } from "./meta-tools/call-tool.ts";
import { createDescribeTools } from "./meta-tools/describe-tools.ts";
import { createExecutePlan } from "./meta-tools/execute-plan.ts";
import type { MetaTool, MetaToolGateway } from "./meta-tools/meta-tool.ts";
import { createReadResult } from "./meta-tools/read-result.ts";
import { createSearchTools } from "./meta-tools/search-tools.ts";

const INSTRUCTIONS =
  "Many tools stand behind this server. Find one with search_tools, then run it with " +
  "call_read_tool (tools that only read) or call_tool; run several that belong together with one " +
  "execute_plan. Search again in other words if nothing fits.";

/** `/mcp`: a few stable tools, constant in size however many lie behind. */
export function createDiscoverySurface(gateway: MetaToolGateway): Surface {
  const tools = createMetaTools(gateway);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    name: "discovery",
    instructions: () => INSTRUCTIONS,
    listTools: (principal) => ({
      tools: tools.map((tool) => toRawJson(tool.definition(principal)).bytes),
    }),
    async callTool(call, peer, signal) {
      const tool = byName.get(call.name);
      if (tool === undefined) return unknown(call.name, [...byName.keys()]);
      const answer = await runSafely(() => tool.run(call, peer, signal));
      if (answer.kind !== "result") return answer;
      return { kind: "result", body: forEra(answer.body, peer.era) };
    },
    // The surface changes with the servers that callers may know of, which search_tools names.
    onToolsChanged(listener) {
      let last = serverIds(gateway);
      return gateway.catalog.onChange(() => {
        const now = serverIds(gateway);
        if (now === last) return;
        last = now;
        listener();
      });
    },
  };
}

/** The definitions of the discovery surface, for token counts. */
export function discoveryDefinitions(gateway: MetaToolGateway): readonly string[] {
  return createMetaTools(gateway).map((tool) => JSON.stringify(tool.definition(undefined)));
}

function createMetaTools(gateway: MetaToolGateway): readonly MetaTool[] {
  return [
    createSearchTools(gateway),
    createDescribeTools(gateway),
    createCallTool(gateway, "call_read_tool"),
    createCallTool(gateway, "call_tool"),
    createExecutePlan(gateway),
    createReadResult(gateway),
  ];
}

async function runSafely(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (isGatewayError(error)) return failureAnswer(error, "meta");
    throw error;
  }
}

function serverIds(gateway: MetaToolGateway): string {
  return gateway.catalog
    .servers()
    .map(({ id }) => (gateway.catalog.toolsOf(id).length === 0 ? id : `${id}+`))
    .join(" ");
}

function unknown(name: string, known: readonly string[]): Answer {
  const nearest = nearestNames(name, known);
  return rpcError(
    RPC.invalidParams,
    `Unknown tool: ${name.slice(0, 128)}. This surface has ${known.join(", ")}; other tools run through call_tool.`,
    { data: { code: "unknown-tool", nearest } },
  );
}
