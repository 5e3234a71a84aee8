import { GatewayError } from "../../kernel/errors.ts";
import type { Access, Principal } from "../access/index.ts";
import type { Catalog } from "../catalog/index.ts";

/** What is said of a tool that is not there, or that the caller may not see: the two look alike. */
export function unknownTool(
  wanted: string,
  principal: Principal,
  deps: { readonly access: Pick<Access, "canUse">; readonly catalog: Pick<Catalog, "nearest"> },
): GatewayError<"unknown-tool"> {
  const tool = wanted.slice(0, 128);
  const nearest = deps.catalog.nearest(tool, (candidate) =>
    deps.access.canUse(principal, candidate),
  );
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
  const message = `There is no tool "${tool}".${hint}`;
  return new GatewayError("unknown-tool", message, { tool, nearest });
}
