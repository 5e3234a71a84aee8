import { join } from "node:path";
import { createCompositeFile } from "../adapters/files/index.ts";
import type { CompositeEntry, Config } from "../config/index.ts";
import type { Gateway } from "../core/gateway.ts";
import {
  createComposites,
  createCompositionRules,
  createPlanCompiler,
  createPlans,
  type CompositeDefinition,
  type CompositeStore,
  type CompositionRules,
  type DrainablePlans,
  type RunnableComposites,
} from "../core/plans/index.ts";
import { toRawJson } from "../kernel/raw-json.ts";
import type { Scope } from "../kernel/scope.ts";

/** What plans are made of. */
export type PlanningDeps = Pick<
  Gateway,
  "access" | "calls" | "catalog" | "clock" | "events" | "log" | "metrics" | "random" | "upstreams"
> & {
  /** Where added composites are kept; without one they live as long as the process. */
  readonly dataDir: string | undefined;
  /** Owns what is made here. */
  readonly scope: Scope;
};

/** Plans and the composites that are made of them. */
export interface Planning {
  readonly plans: DrainablePlans;
  readonly composites: RunnableComposites;
  /** Puts rules and composites of a changed configuration in force. */
  apply(config: Pick<Config, "plans" | "composites">): void;
}

/** Makes plans and composites. Each needs the other: a plan may call a composite, which runs a plan. */
export async function createPlanning(config: Config, deps: PlanningDeps): Promise<Planning> {
  const { dataDir, scope } = deps;
  let inForce = createCompositionRules(config.plans.rules, deps);
  const rules: CompositionRules = {
    broken: (before, tool) => inForce.broken(before, tool),
    concern: (tool) => inForce.concern(tool),
  };
  let made: RunnableComposites | undefined;
  const compositePlan = (tool: string) => made?.planOf(tool);
  const { validation } = config.calls;
  const compiler = createPlanCompiler(
    { ...config.plans, validation },
    { ...deps, rules, compositePlan },
  );
  const plans = scope.use(createPlans(config.plans, { ...deps, rules, compiler }));
  const store = dataDir === undefined ? FORGETFUL : fileIn(dataDir);
  const composites = await createComposites(config.plans, { ...deps, plans, store });
  made = scope.use(composites);
  composites.setFile(config.composites.map(toDefinition));
  return {
    plans,
    composites,
    apply(changed) {
      inForce = createCompositionRules(changed.plans.rules, deps);
      composites.setFile(changed.composites.map(toDefinition));
    },
  };
}

function toDefinition({ plan, outputSchema, ...entry }: CompositeEntry): CompositeDefinition {
  return {
    ...entry,
    plan: toRawJson(plan),
    ...(outputSchema === undefined ? {} : { outputSchema: toRawJson(outputSchema) }),
  };
}

function fileIn(dataDir: string): CompositeStore {
  return createCompositeFile(join(dataDir, "composites.json"));
}

const FORGETFUL: CompositeStore = {
  read: () => Promise.resolve({}),
  write: () => Promise.resolve(),
};
