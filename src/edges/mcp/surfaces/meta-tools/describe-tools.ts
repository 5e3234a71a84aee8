import { z } from "zod";
import { unknownTool } from "../../../../core/calls/index.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import { presentTool } from "../../../../core/discovery/index.ts";
import {
  readArguments,
  structuredAnswer,
  type MetaTool,
  type MetaToolGateway,
} from "./meta-tool.ts";

const ARGUMENTS = /* @__PURE__ */ z.strictObject({
  ids: z.array(z.string()).min(1).max(50),
});

/** Shows tools whole, by id; unknown ids are named with the nearest ones, and do not spoil the rest. */
export function createDescribeTools({ access, catalog }: MetaToolGateway): MetaTool {
  return {
    name: "describe_tools",
    definition: () => DEFINITION,
    async run(call, { principal }) {
      const { ids } = readArguments(ARGUMENTS, call);
      const nearest = (id: string) =>
        catalog.nearest(id, (candidate) => access.canUse(principal, candidate));
      const tools: object[] = [];
      const unknown: { id: string; nearest: readonly string[] }[] = [];
      for (const id of ids) {
        const tool = catalog.tool(id);
        if (tool === undefined || !access.canUse(principal, tool)) {
          unknown.push({ id, nearest: nearest(id) });
          continue;
        }
        const output = tool.outputSchema === undefined ? {} : { outputSchema: tool.outputSchema };
        tools.push({ ...presentTool(tool, "schema"), ...output });
      }
      const [first] = unknown;
      if (tools.length === 0 && first !== undefined) {
        throw unknownTool(first.id, principal, { access, catalog });
      }
      return structuredAnswer({ tools, ...(unknown.length > 0 ? { unknown } : {}) });
    },
  };
}

const DEFINITION: JsonObject = {
  name: "describe_tools",
  title: "Describe tools",
  description: "Gives the full description, input and output schema of tools whose ids you know.",
  inputSchema: {
    type: "object",
    properties: {
      ids: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 50 },
    },
    required: ["ids"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};
