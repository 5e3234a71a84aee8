import { GatewayError, type Violation } from "../../../../kernel/errors.ts";
import { rawJson, type RawJson } from "../../../../kernel/raw-json.ts";
import { OPEN_BRACE } from "../../../../mcp/json-bytes.ts";
import { parseSpan, slice, type Span } from "../../../../mcp/json-scan.ts";
import { membersOf } from "../../../../mcp/members-of.ts";
import { withoutMembers } from "../../../../mcp/without-members.ts";
import type { ToolCall } from "../../surface.ts";

/** What `execute_plan` is asked for. */
export interface PlanCall {
  /** The plan's bytes as the client sent them. */
  readonly plan: RawJson;
  readonly input?: RawJson;
  readonly dryRun: boolean;
}

const WRAPPED_MEMBERS: readonly string[] = ["plan", "input", "dryRun"];

/**
 * Reads the arguments of `execute_plan`: the plan's own members beside `dryRun`, or all of them in
 * `plan` (an object, or its JSON as a text) beside `input` and `dryRun`.
 * @throws GatewayError `invalid-arguments`; what is wrong with the plan itself is for its check.
 */
export function readPlanCall(call: ToolCall): PlanCall {
  const { bytes } = call.arguments;
  const members = membersOf(call.arguments);
  const violations: Violation[] = [];
  const dryRun = readFlag(bytes, members.get("dryRun"), violations);
  const read = members.has("plan")
    ? readWrapped(bytes, members, violations)
    : { plan: rawJson(withoutMembers(bytes, (key) => key === "dryRun")) };
  if (violations.length === 0 && read !== undefined) return { ...read, dryRun };
  throw new GatewayError("invalid-arguments", `The arguments of ${call.name} are wrong.`, {
    violations,
  });
}

function readFlag(bytes: Uint8Array, span: Span | undefined, violations: Violation[]): boolean {
  const value = span === undefined ? false : parseSpan(bytes, span);
  if (typeof value === "boolean") return value;
  violations.push({ path: "/dryRun", message: "must be true or false" });
  return false;
}

function readWrapped(
  bytes: Uint8Array,
  members: ReadonlyMap<string, Span>,
  violations: Violation[],
): Pick<PlanCall, "plan" | "input"> | undefined {
  for (const key of members.keys()) {
    if (WRAPPED_MEMBERS.includes(key)) continue;
    const message = "must stand inside plan, like every member of a plan, or plan must go";
    violations.push({ path: `/${key}`, message });
  }
  const plan = readPlan(slice(bytes, members.get("plan")!));
  const input = members.get("input");
  if (plan === undefined) {
    const message = "must be a plan: an object with steps, or the JSON of one as a text";
    violations.push({ path: "/plan", message });
    return undefined;
  }
  return { plan, ...(input === undefined ? {} : { input: rawJson(slice(bytes, input)) }) };
}

function readPlan(bytes: Uint8Array): RawJson | undefined {
  if (bytes[0] === OPEN_BRACE) return rawJson(bytes);
  const text = rawJson(bytes).value();
  if (typeof text !== "string" || !/^\s*\{/.test(text)) return undefined;
  return rawJson(new TextEncoder().encode(text));
}
