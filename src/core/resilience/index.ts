export { backoffMs } from "./backoff.ts";
export type { Circuit, Circuits, CircuitStatus, GateState } from "./circuits.ts";
export { createCircuits, type CircuitBreakers, type CircuitsDeps } from "./create-circuits.ts";
export {
  RESILIENCE_DEFAULTS,
  type CircuitOptions,
  type ResilienceOptions,
  type RetryOptions,
} from "./options.ts";
export { createRetryBudget, type RetryBudget } from "./retry-budget.ts";
export { verdictOf, type Verdict } from "./verdict.ts";
