import { GatewayError } from "../../../kernel/errors.ts";
import type { Access } from "../../access/index.ts";
import type { Catalog } from "../../catalog/index.ts";
import { failed, type Stage } from "../stage.ts";
import { unknownTool } from "../unknown-tool.ts";

/** Lets through what the principal may see, and through the read-only door only what reads. */
export function createAuthorise(deps: {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "nearest">;
}): Stage {
  return (call, next) => {
    const { tool, principal } = call;
    if (!deps.access.canUse(principal, tool)) return failed(unknownTool(tool.id, principal, deps));
    if (call.request.readOnlyOnly === true && !tool.readOnly) {
      const reason = `"${tool.id}" may change something: its server does not mark it read-only`;
      return failed(new GatewayError("forbidden", `Not allowed here: ${reason}.`, { reason }));
    }
    return next(call);
  };
}
