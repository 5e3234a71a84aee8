import { isUtf8 } from "node:buffer";
import { isJsonObject, type JsonObject } from "../../../kernel/json.ts";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { arrayItems, objectMembers, slice } from "../../../mcp/json-scan.ts";
import type { PlansOptions } from "../options.ts";
import { compileTemplate, type TemplateContext } from "./compile-template.ts";
import { readMembers, type MemberReader } from "./member-reader.ts";
import { OTHER_PLAN_NAMES } from "./other-names.ts";
import type { PlanText, StepText } from "./plan-text.ts";
import type { ProblemList } from "./problems.ts";
import { createReferenceCache } from "./reference-cache.ts";
import { readStep } from "./read-step.ts";
import type { CompiledTemplate } from "./template.ts";

const PLAN_MEMBERS = [
  "steps",
  "inputSchema",
  "input",
  "output",
  "limits",
  "parallelWrites",
] as const;
const LIMIT_MEMBERS = ["concurrency", "timeoutMs"] as const;
const WHOLE = { path: "" } as const;

/** Reads a plan's text; `undefined` when there is nothing to go on. Cost: a few passes over it. */
export function readPlan(
  raw: RawJson,
  options: PlansOptions,
  problems: ProblemList,
): PlanText | undefined {
  const bytes = wellFormed(raw, options, problems);
  if (bytes === undefined) return undefined;
  const context: TemplateContext = {
    problems,
    references: createReferenceCache(problems),
    maxRenderedBytes: options.maxValueBytes,
  };
  const source = { place: WHOLE, names: PLAN_MEMBERS, otherNames: OTHER_PLAN_NAMES };
  const plan = readMembers(bytes, source, problems);
  const steps = plan && readSteps(plan, options, context);
  if (plan === undefined || steps === undefined) return undefined;
  const inputSchema = readInputSchema(plan);
  const input = readInput(plan);
  const output = readOutput(plan, context);
  return {
    steps: steps.filter((step) => step !== undefined),
    isTorn: steps.includes(undefined),
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...readLimits(plan, options, problems),
    parallelWrites: plan.flag("parallelWrites") ?? false,
  };
}

/** The text without white space around it, if it is a JSON object that is not too large. */
function wellFormed(
  { bytes }: RawJson,
  { maxBytes }: PlansOptions,
  problems: ProblemList,
): Uint8Array | undefined {
  if (bytes.length > maxBytes) {
    const message = `the plan has ${bytes.length} bytes; at most ${maxBytes} are read (plans.maxBytes)`;
    problems.error("plan-too-large", WHOLE, message);
    return undefined;
  }
  try {
    if (!isUtf8(bytes)) throw new SyntaxError("it is not UTF-8");
    objectMembers(bytes);
    return bytes.subarray(bytes.indexOf(0x7b), bytes.lastIndexOf(0x7d) + 1);
  } catch (error) {
    problems.error(
      "invalid-json",
      WHOLE,
      `the plan must be a JSON object: ${(error as Error).message}`,
    );
    return undefined;
  }
}

function readSteps(
  plan: MemberReader,
  { maxSteps }: PlansOptions,
  context: TemplateContext,
): (StepText | undefined)[] | undefined {
  const bytes = plan.bytes("steps");
  if (bytes === undefined) {
    plan.missing("steps");
    return undefined;
  }
  if (bytes[0] !== 0x5b) return plan.wrong("steps", "an array of steps");
  const spans = arrayItems(bytes);
  if (spans.length === 0) return plan.wrong("steps", "an array of at least one step");
  if (spans.length > maxSteps) {
    const message = `the plan has ${spans.length} steps; at most ${maxSteps} are taken (plans.maxSteps)`;
    context.problems.error("too-many-steps", plan.at("steps"), message);
    return undefined;
  }
  return spans.map((span, index) => readStep(slice(bytes, span), `/steps/${index}`, context));
}

function readInputSchema(plan: MemberReader): JsonObject | undefined {
  const schema = plan.value("inputSchema");
  if (schema === undefined || isJsonObject(schema)) return schema;
  return plan.wrong("inputSchema", "a JSON Schema object");
}

/** The plan's input, taken as it is: it can hold no references. */
function readInput(plan: MemberReader): RawJson | undefined {
  const bytes = plan.bytes("input");
  if (bytes === undefined) return undefined;
  return bytes[0] === 0x7b ? rawJson(bytes) : plan.wrong("input", "an object");
}

function readOutput(plan: MemberReader, context: TemplateContext): CompiledTemplate | undefined {
  const bytes = plan.bytes("output");
  return bytes && compileTemplate(bytes, plan.at("output"), context);
}

function readLimits(
  plan: MemberReader,
  options: PlansOptions,
  problems: ProblemList,
): Pick<PlanText, "concurrency" | "timeoutMs"> {
  const bytes = plan.bytes("limits");
  const limits =
    bytes && readMembers(bytes, { place: plan.at("limits"), names: LIMIT_MEMBERS }, problems);
  if (limits === undefined) return {};
  const result: { concurrency?: number; timeoutMs?: number } = {};
  for (const name of LIMIT_MEMBERS) {
    const wanted = limits.whole(name, 1, name === "concurrency" ? 10_000 : 86_400_000);
    if (wanted === undefined) continue;
    if (wanted > options[name]) {
      const message = `${name} ${wanted} is above what the gateway allows; it will be ${options[name]} (plans.${name})`;
      problems.warn("limit-reduced", limits.at(name), message);
    }
    result[name] = wanted;
  }
  return result;
}
