import { RESILIENCE_DEFAULTS, type ResilienceOptions } from "../../core/resilience/options.ts";
import { nested, numberWithin, type OptionGroup, wholeNumber } from "../option-group.ts";

export const resilienceGroup: OptionGroup<ResilienceOptions> = {
  owner: { file: "core/resilience/options.ts", type: "ResilienceOptions" },
  section: "resilience",
  defaults: RESILIENCE_DEFAULTS,
  settings: {
    circuit: nested(RESILIENCE_DEFAULTS.circuit, {
      failureThreshold: wholeNumber(1, 1_000),
      coolDownMs: wholeNumber(10, 600_000),
      maxCoolDownMs: wholeNumber(10, 3_600_000),
      minTimeoutMs: wholeNumber(0, 600_000),
    }),
    retry: nested(RESILIENCE_DEFAULTS.retry, {
      maxAttempts: wholeNumber(1, 10),
      backoffMs: wholeNumber(1, 60_000),
      maxBackoffMs: wholeNumber(1, 600_000),
      maxRetryAfterMs: wholeNumber(0, 600_000),
      budgetRatio: numberWithin(0, 1),
      budgetBurst: wholeNumber(0, 1_000),
    }),
  },
};
