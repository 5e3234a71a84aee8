import { z } from "zod";
import type { JsonObject } from "../../../../kernel/json.ts";
import { resultOf } from "../../answer.ts";
import { readArguments, type MetaTool, type MetaToolGateway } from "./meta-tool.ts";

const ARGUMENTS = /* @__PURE__ */ z.strictObject({
  handle: z.string().min(1).max(200),
  offset: z.int().min(0).exactOptional(),
  limit: z.int().min(1).exactOptional(),
  path: z.string().min(1).max(2_048).exactOptional(),
});

/** Reads on in a result that was too large to answer whole. */
export function createReadResult({ results }: MetaToolGateway): MetaTool {
  return {
    name: "read_result",
    definition: () => DEFINITION,
    async run(call, { principal }) {
      const { handle, ...request } = readArguments(ARGUMENTS, call);
      const page = results.read(handle, request, principal);
      const { text, ...facts } = page;
      return resultOf({
        content: [{ type: "text", text }],
        structuredContent: { ...facts, text },
      });
    },
  };
}

const DEFINITION: JsonObject = {
  name: "read_result",
  title: "Read a stored result",
  description:
    "Reads a large result by the handle that a call gave: a page of its text (offset and limit in " +
    "bytes), or the part that a JMESPath expression picks.",
  inputSchema: {
    type: "object",
    properties: {
      handle: { type: "string" },
      offset: { type: "integer", minimum: 0 },
      limit: { type: "integer", minimum: 1 },
      path: {
        type: "string",
        description: "JMESPath, for example structuredContent.users[].email",
      },
    },
    required: ["handle"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};
