import { GatewayError, type Violation } from "../../../../kernel/errors.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import { rawJson, type RawJson } from "../../../../kernel/raw-json.ts";
import type { Outcome } from "../../../../core/calls/index.ts";
import { presentResult } from "../../../../core/results/index.ts";
import { objectMembers, parseSpan, slice } from "../../../../mcp/json-scan.ts";
import { outcomeAnswer } from "../../outcome-answer.ts";
import type { Peer, ToolCall } from "../../surface.ts";
import type { MetaTool, MetaToolGateway } from "./meta-tool.ts";

const EMPTY = /* @__PURE__ */ rawJson(new TextEncoder().encode("{}"));

/** `call_tool` runs any tool; `call_read_tool` only those that change nothing, so clients may trust it more. */
export function createCallTool(
  gateway: MetaToolGateway,
  name: "call_tool" | "call_read_tool",
): MetaTool {
  const readOnlyOnly = name === "call_read_tool";
  return {
    name,
    definition: () => (readOnlyOnly ? READ_DEFINITION : DEFINITION),
    async run(call, peer, signal) {
      const outcome = await gateway.calls.call(
        { ...requestOf(call, peer), ...(readOnlyOnly ? { readOnlyOnly } : {}) },
        signal,
      );
      return outcomeAnswer(guarded(outcome, gateway, peer), "meta", peer.era);
    },
  };
}

/** The inner call: its arguments stay the bytes that the client sent. */
function requestOf(call: ToolCall, peer: Peer) {
  const { id, args } = readInner(call);
  const { name: _, arguments: __, ...rest } = call;
  const session = peer.session === undefined ? {} : { session: peer.session };
  return { ...rest, ...session, principal: peer.principal, tool: id, arguments: args };
}

function readInner(call: ToolCall): { id: string; args: RawJson } {
  const { bytes } = call.arguments;
  const members = objectMembers(bytes);
  const violations: Violation[] = [];
  for (const key of members.keys()) {
    if (key !== "id" && key !== "arguments") {
      violations.push({ path: `/${key}`, message: "is unknown; the tool's own go into arguments" });
    }
  }
  const idSpan = members.get("id");
  const id = idSpan === undefined ? undefined : parseSpan(bytes, idSpan);
  if (typeof id !== "string") violations.push({ path: "/id", message: "must be a tool's id" });
  const argsSpan = members.get("arguments");
  const args = argsSpan === undefined ? EMPTY : rawJson(slice(bytes, argsSpan));
  if (args.bytes[0] !== 0x7b) {
    violations.push({ path: "/arguments", message: "must be an object, not a text" });
  }
  if (violations.length > 0 || typeof id !== "string") {
    throw new GatewayError("invalid-arguments", `The arguments of ${call.name} are wrong.`, {
      violations,
    });
  }
  return { id, args };
}

/** What is too large for a model's context is stored, and a preview stands in for it. */
function guarded(outcome: Outcome, { results }: MetaToolGateway, peer: Peer): Outcome {
  if (outcome.kind !== "result") return outcome;
  const { body } = presentResult(outcome.body, {
    results,
    principal: peer.principal,
    surface: "mcp",
  });
  return { ...outcome, body };
}

const INPUT_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string", description: "The tool's id as search_tools gave it" },
    arguments: { type: "object", description: "As the tool's input schema asks" },
  },
  required: ["id"],
  additionalProperties: false,
};

const DEFINITION: JsonObject = {
  name: "call_tool",
  title: "Call a tool",
  description: "Runs a tool found with search_tools; it may change things.",
  inputSchema: INPUT_SCHEMA,
  annotations: { readOnlyHint: false, openWorldHint: true },
};

const READ_DEFINITION: JsonObject = {
  name: "call_read_tool",
  title: "Call a reading tool",
  description:
    "Runs a tool found with search_tools that only reads (its annotations say readOnlyHint). " +
    "Refuses tools that may change things: use call_tool for those.",
  inputSchema: INPUT_SCHEMA,
  annotations: { readOnlyHint: true, openWorldHint: true },
};
