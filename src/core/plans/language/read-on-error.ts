import { compileTemplate, type TemplateContext } from "./compile-template.ts";
import { readMembers, type MemberReader } from "./member-reader.ts";
import type { OnErrorText } from "./plan-text.ts";

const FAIL: OnErrorText = { kind: "fail" };
const FORMS = '"fail", "continue", {"fallbackValue": …} or {"fallbackStep": "<id>"}';

/** Reads what a step does when it has failed. */
export function readOnError(step: MemberReader, context: TemplateContext): OnErrorText {
  const json = step.bytes("onError");
  if (json === undefined) return FAIL;
  if (json[0] === 0x7b) return readFallback(json, step, context);
  const word = step.value("onError");
  if (word === "fail" || word === "continue") return { kind: word };
  step.wrong("onError", FORMS);
  return FAIL;
}

function readFallback(json: Uint8Array, step: MemberReader, context: TemplateContext): OnErrorText {
  const source = { place: step.at("onError"), names: ["fallbackValue", "fallbackStep"] };
  const fallback = readMembers(json, source, context.problems);
  if (fallback === undefined) return FAIL;
  const value = fallback.bytes("fallbackValue");
  if ((value === undefined) === !fallback.has("fallbackStep")) {
    step.wrong("onError", FORMS);
    return FAIL;
  }
  if (value !== undefined) {
    return { kind: "value", value: compileTemplate(value, fallback.at("fallbackValue"), context) };
  }
  const id = fallback.text("fallbackStep");
  return id === undefined
    ? FAIL
    : { kind: "step", step: { id, place: fallback.at("fallbackStep") } };
}
