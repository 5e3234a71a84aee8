import type { Catalog } from "../../catalog/index.ts";
import type { CompositionRules } from "../compiled-plan.ts";
import type { CompositionRule } from "../options.ts";

/** Makes the check of `plans.rules`. */
export function createCompositionRules(
  _rules: readonly CompositionRule[],
  _deps: { readonly catalog: Pick<Catalog, "tool" | "server"> },
): CompositionRules {
  return { broken: () => undefined };
}
