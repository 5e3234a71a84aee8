import { GatewayError } from "../../../kernel/errors.ts";
import { failed, type Stage } from "../stage.ts";
import type { ArgumentsValidator } from "../validation/arguments-validator.ts";

/** Turns arguments away that do not fit the tool's input schema, naming everything that is wrong. */
export function createValidate(validator: ArgumentsValidator): Stage {
  return (call, next) => {
    const violations = validator.check(call.tool, call.request.arguments);
    if (violations.length === 0) return next(call);
    const list = violations.map(({ path, message }) => `${path || "the arguments"} ${message}`);
    const message = `The arguments do not fit the input schema of "${call.tool.id}": ${list.join("; ")}.`;
    return failed(new GatewayError("invalid-arguments", message, { violations }));
  };
}
