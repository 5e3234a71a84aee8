import { addCompositeSchema, compositeSchema, readInput } from "../../../contract/index.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { OPEN_BRACE } from "../../../mcp/json-bytes.ts";
import { parseSpan, slice } from "../../../mcp/json-scan.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { readMembers } from "../json-body.ts";
import { presentComposite } from "../plans/present-composite.ts";

/** Makes a plan a tool. */
export function addComposite({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/composites",
      operationId: "addComposite",
      tag: "plans",
      summary: "Make a plan a tool",
      description:
        "Adds a composite, or replaces the one of that name. It is kept over restarts, found and " +
        "called like any other tool. One of the configuration file cannot be replaced.",
      access: { role: "admin", action: "add composites" },
      body: addCompositeSchema,
      rawBody: true,
      answers: {
        200: { description: "It was replaced.", schema: compositeSchema },
        201: { description: "It was added.", schema: compositeSchema },
      },
      failures: ["invalid-plan", "composite-exists"],
    },
    async ({ body, principal, reply }) => {
      const composite = readComposite(body);
      const isNew = gateway.composites.list().every(({ name }) => name !== composite.name);
      const view = await gateway.composites.add(composite, principal);
      reply.code(isNew ? 201 : 200);
      if (isNew) reply.header("location", `/v1/tools/${view.tool}`);
      return presentComposite(view, principal);
    },
  );
}

/**
 * What is wrong with the plan itself is for its check to say.
 * @throws GatewayError `invalid-request`.
 */
function readComposite(body: Buffer) {
  const members = readMembers(body);
  const values = [...members].map(([key, span]) => {
    const isPlan = key === "plan" && body[span.start] === OPEN_BRACE;
    return [key, isPlan ? { steps: [] } : parseSpan(body, span)];
  });
  const read = readInput(addCompositeSchema, Object.fromEntries(values));
  const { name, title, description } = read;
  const raw = (key: "plan" | "outputSchema") => rawJson(slice(body, members.get(key)!));
  return {
    name,
    description,
    plan: raw("plan"),
    ...(title === undefined ? {} : { title }),
    ...(read.outputSchema === undefined ? {} : { outputSchema: raw("outputSchema") }),
  };
}
