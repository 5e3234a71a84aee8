import { GatewayError, isGatewayError } from "../../kernel/errors.ts";
import { encodeCacheHit, type CallMeta, type Outcome } from "../../core/calls/index.ts";
import {
  presentResult,
  type PresentedResult,
  type PresentRequest,
} from "../../core/results/index.ts";
import { CLOSE_BRACE, OPEN_BRACE } from "../../mcp/json-bytes.ts";
import { objectMembers, slice, type Span } from "../../mcp/json-scan.ts";
import { withMembers, type Members } from "../../mcp/splice.ts";
import { withoutMembers } from "../../mcp/without-members.ts";
import { jsonAnswer, type Answer } from "./answer.ts";
import { toProblem } from "./problem.ts";

/** What is told beside a result; `handle` where it is a preview. */
type ToldMeta = CallMeta & Pick<PresentedResult, "handle">;

/** Turns an outcome into an answer: the upstream's bytes with `meta` beside, or a problem. */
export function toCallAnswer(
  outcome: Outcome,
  guard: Pick<PresentRequest, "results" | "principal">,
): Answer {
  const { meta } = outcome;
  switch (outcome.kind) {
    case "result": {
      if (outcome.body.bytes[0] !== OPEN_BRACE) return toProblem(notAnObject(meta), meta);
      const { body, handle } = presentResult(outcome.body, { ...guard, surface: "rest" });
      const told = handle === undefined ? meta : { ...meta, handle };
      return jsonAnswer(withCallMeta(body.bytes, told));
    }
    case "input_required":
      return inputRequired(outcome.body.bytes, meta);
    case "failure":
      return toProblem(outcome.error, meta);
    case "cancelled":
      return toProblem(new GatewayError("cancelled", "The call was cancelled.", {}), meta);
  }
}

/** Adds `meta` (and what every answer has) to a result; its own members keep their bytes. */
function withCallMeta(result: Uint8Array, meta: ToldMeta): Buffer {
  const present = objectMembers(result);
  if (present.has("meta")) {
    return withCallMeta(
      withoutMembers(result, (key) => key === "meta"),
      meta,
    );
  }
  const comma = present.size > 0 ? "," : "";
  const content = present.has("content") ? "" : '"content":[],';
  const isError = present.has("isError") ? "" : '"isError":false,';
  const tail = `${comma}${content}${isError}"meta":${encodeMeta(meta)}}`;
  return Buffer.concat([result.subarray(0, result.lastIndexOf(CLOSE_BRACE)), Buffer.from(tail)]);
}

function encodeMeta(meta: ToldMeta): string {
  if (meta.cacheHit?.originalArguments === undefined) return JSON.stringify(meta);
  const { cacheHit, ...facts } = meta;
  const text = JSON.stringify(facts);
  return `${text.slice(0, -1)},"cacheHit":${encodeCacheHit(cacheHit)}}`;
}

/** 409 with what the server asks for, to be answered in a second call. */
function inputRequired(result: Uint8Array, meta: CallMeta): Answer {
  const error = new GatewayError(
    "input-required",
    "The tool needs more input. Call it again with the same arguments, with inputResponses (an " +
      "answer for each key of inputRequests) and with requestState unchanged.",
    { server: meta.server },
  );
  const problem = toProblem(error, meta);
  const asked = relayed(result, objectMembers(result), ["inputRequests", "requestState"]);
  return { ...problem, body: withMembers(problem.body, asked) };
}

function notAnObject({ server }: CallMeta): GatewayError {
  const message = `The server "${server}" answered a call with something else than an object.`;
  return new GatewayError("upstream-protocol", message, { server });
}

function relayed(
  text: Uint8Array,
  members: ReadonlyMap<string, Span>,
  keys: readonly string[],
): Members {
  const found: Record<string, Uint8Array> = {};
  for (const key of keys) {
    const span = members.get(key);
    if (span !== undefined) found[key] = slice(text, span);
  }
  return found;
}

/**
 * Whether a repeated call with the same key should get this answer again: only if the upstream may
 * have seen the call. Otherwise nothing has happened yet, and trying again is what the caller wants.
 */
export function mayHaveHappened(outcome: Outcome): boolean {
  if (outcome.kind === "result") return true;
  if (outcome.kind === "input_required" || outcome.meta.attempts === 0) return false;
  if (outcome.kind === "cancelled") return true;
  const { error } = outcome;
  if (isGatewayError(error, "server-unavailable")) return error.data.reached;
  return isGatewayError(error, "deadline-exceeded", "upstream-protocol", "internal");
}
