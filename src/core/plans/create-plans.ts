import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Calls } from "../calls/index.ts";
import type { Catalog } from "../catalog/index.ts";
import type { EventLog } from "../events/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { CompositionRules, PlanCompiler } from "./compiled-plan.ts";
import type { PlansOptions } from "./options.ts";
import type { Plans } from "./plans.ts";

export interface PlansDeps {
  readonly compiler: PlanCompiler;
  readonly rules: CompositionRules;
  readonly calls: Pick<Calls, "call">;
  readonly catalog: Pick<Catalog, "tool">;
  readonly events: Pick<EventLog, "publish">;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes the plans feature. Disposing cancels what still runs and waits for it to end. */
export function createPlans(_options: PlansOptions, _deps: PlansDeps): Plans {
  const missing = (): never => {
    throw new GatewayError("internal", "Plans are being built.", {});
  };
  return {
    check: missing,
    start: missing,
    find: missing,
    running: 0,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
