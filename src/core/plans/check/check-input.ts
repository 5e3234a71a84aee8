import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { JsonObject } from "../../../kernel/json.ts";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { objectMembers } from "../../../mcp/json-scan.ts";
import type { ArgumentsValidator } from "../../calls/index.ts";
import { schemaFlags, type ServerId, type Tool, type ToolId } from "../../catalog/index.ts";
import type { PlanText } from "../language/plan-text.ts";
import type { ProblemList } from "../language/problems.ts";
import type { PlansOptions } from "../options.ts";
import type { PlanCheckRequest } from "../plans.ts";

/** Longest input schema that is compiled, in characters. */
const MAX_SCHEMA_LENGTH = 262_144;
const PLACE = { path: "/input" } as const;
/** What a plan runs with that is given nothing. */
export const NO_INPUT = /* @__PURE__ */ rawJson(/* @__PURE__ */ new TextEncoder().encode("{}"));

/** What a plan is given. */
export interface PlanInput {
  readonly value: RawJson;
  /** Whether somebody gave it; else it is `{}`. */
  readonly isGiven: boolean;
}

/** The input that the request gives, or the plan its own; checked against the plan's schema. */
export function inputOf(
  text: PlanText,
  { input: given, plan }: Pick<PlanCheckRequest, "input" | "plan">,
  deps: InputDeps,
): PlanInput {
  const value = given ?? text.input;
  const input = { value: value ?? NO_INPUT, isGiven: value !== undefined };
  const reason = unreadable(input.value);
  if (reason !== undefined) {
    deps.problems.error("invalid-input", PLACE, `the input must be a JSON object: ${reason}`);
    return { value: NO_INPUT, isGiven: false };
  }
  const sizeBytes = plan.bytes.length + (given?.bytes.length ?? 0);
  const { maxBytes } = deps.options;
  if (sizeBytes > maxBytes) {
    const message = `the plan and its input have ${sizeBytes} bytes; at most ${maxBytes} are read (plans.maxBytes)`;
    deps.problems.error("plan-too-large", PLACE, message);
  } else checkInput(input, text.inputSchema ?? {}, deps);
  return input;
}

/** Why an input cannot be read by spans, if so. */
function unreadable({ bytes }: RawJson): string | undefined {
  try {
    objectMembers(bytes);
    return isUtf8(bytes) ? undefined : "it is not UTF-8";
  } catch (error) {
    return (error as Error).message;
  }
}

interface InputDeps {
  readonly options: PlansOptions;
  readonly validator: ArgumentsValidator;
  readonly problems: ProblemList;
}

/** The schema is as little trusted as a tool's. */
function checkInput(
  { value, isGiven }: PlanInput,
  schema: JsonObject,
  { validator, problems }: InputDeps,
): void {
  for (const { path, message } of validator.check(asTool(schema), value)) {
    const where = path === "" ? "the input" : `input ${path.slice(1)}`;
    const note = isGiven ? "" : " (no input is given)";
    problems.error("invalid-input", PLACE, `${where} ${message}${note}`);
  }
}

/** A schema in the form that the validator takes, and by which it keeps what it has compiled. */
function asTool(inputSchema: JsonObject): Tool {
  const text = JSON.stringify(inputSchema);
  return {
    id: "" as ToolId,
    server: "" as ServerId,
    name: "",
    inputSchema,
    readOnly: true,
    flags: schemaFlags(inputSchema, MAX_SCHEMA_LENGTH),
    definition: NO_INPUT,
    fingerprint: `input ${createHash("sha256").update(text).digest("hex")}`,
  };
}
