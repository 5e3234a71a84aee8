import type { Cancellation } from "../../../../kernel/abort.ts";
import { isGatewayError } from "../../../../kernel/errors.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import { rawJson } from "../../../../kernel/raw-json.ts";
import { awaitTools, createPlanProgress, type PlanRequest } from "../../../../core/plans/index.ts";
import { presentResult } from "../../../../core/results/index.ts";
import type { Answer } from "../../answer.ts";
import { failureAnswer } from "../../failure-answer.ts";
import type { Peer, ToolCall } from "../../surface.ts";
import type { MetaTool, MetaToolGateway } from "./meta-tool.ts";
import { checkAnswer, reportAnswer } from "./plan-answer.ts";
import { readPlanCall, type PlanCall } from "./plan-call.ts";

/** `execute_plan` checks a plan, runs it to its end, and answers with what it gave and what went wrong. */
export function createExecutePlan(gateway: MetaToolGateway): MetaTool {
  return {
    name: "execute_plan",
    definition: () => DEFINITION,
    async run(call, peer, signal) {
      const asked = readPlanCall(call);
      const request = requestOf(asked, call, peer);
      await awaitTools(request.plan, { ...gateway, planOf: () => undefined }, signal);
      const answer = asked.dryRun
        ? checkAnswer(gateway.plans.check(request))
        : await runPlan(gateway, { request, call }, signal);
      return guarded(answer, gateway, peer);
    },
  };
}

function requestOf({ plan, input }: PlanCall, call: ToolCall, peer: Peer): PlanRequest {
  return {
    plan,
    principal: peer.principal,
    ...(input === undefined ? {} : { input }),
    ...(peer.session === undefined ? {} : { session: peer.session }),
    ...(call.traceId === undefined ? {} : { traceId: call.traceId }),
  };
}

async function runPlan(
  { plans }: MetaToolGateway,
  { request, call }: { readonly request: PlanRequest; readonly call: ToolCall },
  signal: Cancellation,
): Promise<Answer> {
  try {
    const run = plans.start(request, signal);
    const { onProgress } = call;
    const following = onProgress && run.follow(0, createPlanProgress(onProgress));
    const report = await run.ended;
    following?.[Symbol.dispose]();
    return signal.aborted ? { kind: "silent" } : reportAnswer(report);
  } catch (error) {
    if (isGatewayError(error, "invalid-plan")) return failureAnswer(error, "meta");
    throw error;
  }
}

/** What is too large for a model's context is stored, and a preview stands in for it. */
function guarded(answer: Answer, { results }: MetaToolGateway, { principal }: Peer): Answer {
  if (answer.kind !== "result") return answer;
  const { body } = presentResult(rawJson(answer.body), { results, principal, surface: "mcp" });
  return { kind: "result", body: body.bytes };
}

const EXAMPLE = JSON.stringify({
  steps: [
    { id: "found", tool: "crm__find_people", arguments: { company: "${input.company}" } },
    {
      id: "each",
      tool: "crm__get_person",
      forEach: "${steps.found.people}",
      arguments: { id: "${item.id}" },
    },
  ],
  output: { emails: "${steps.each[].email}" },
  input: { company: "Acme" },
});

const DESCRIPTION = `Runs a whole piece of work in one go: several tool calls, each as soon as what it needs is there, at once where possible. Prefer it to call after call whenever the next steps are known. All is checked before anything runs.

Example: ${EXAMPLE}

- A step's value is its tool's structuredContent, else its text read as JSON, else its text.
- \${…} is JMESPath over steps.<id>, input and, in a forEach, item and index. Alone in a string it keeps its type. One that finds nothing fails the step, unless || gives a default. Order follows from references.
- when: an expression; the step is skipped unless it holds. forEach: an array; the step's value is the array of its items' values.
- onError: "fail" (default), "continue", {"fallbackValue": …} or {"fallbackStep": "<id>"}.
- Without output, every step's value is answered. dryRun only checks.`;

const STEP_SCHEMA: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string", description: "Letters, digits and _" },
    tool: { type: "string", description: "An id from search_tools" },
    arguments: { type: "object" },
    forEach: { description: "An array, or a reference to one" },
    when: { type: ["string", "boolean"] },
    dependsOn: { type: "array", items: { type: "string" } },
    onError: {},
    retry: { type: "integer", minimum: 1, description: "Tries in all" },
    timeoutMs: { type: "integer", minimum: 1 },
    compensate: {
      type: "object",
      description: "tool and arguments that undo it if the plan fails",
    },
  },
  required: ["id", "tool"],
};

const DEFINITION: JsonObject = {
  name: "execute_plan",
  title: "Execute a plan",
  description: DESCRIPTION,
  inputSchema: {
    type: "object",
    properties: {
      steps: { type: "array", minItems: 1, items: STEP_SCHEMA },
      output: { description: "What to answer, with references" },
      input: { type: "object", description: "What references read as input" },
      limits: {
        type: "object",
        properties: { concurrency: { type: "integer" }, timeoutMs: { type: "integer" } },
      },
      dryRun: { type: "boolean", default: false },
    },
    required: ["steps"],
  },
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
};
