import type { Access } from "../../access/index.ts";
import type { Catalog } from "../../catalog/index.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CompositionRules, PlanCompiler } from "../compiled-plan.ts";
import type { PlansOptions } from "../options.ts";

export interface PlanCompilerDeps {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "tool" | "nearest" | "server">;
  readonly rules: CompositionRules;
  /** The plan behind a composite tool, by the tool's id. */
  readonly compositePlan: (tool: string) => RawJson | undefined;
}

/** Makes the compiler of plans. */
export function createPlanCompiler(_options: PlansOptions, _deps: PlanCompilerDeps): PlanCompiler {
  return { compile: () => ({ outline: [], problems: [] }) };
}
