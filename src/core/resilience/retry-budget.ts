import { LRUCache } from "lru-cache";

/** Keeps retries a small share of the traffic, so that they never pile onto a server in trouble. */
export interface RetryBudget {
  /** A call to the server begins: earns its share of a retry. */
  earn(server: string): void;
  /** Spends a retry if there is one left. */
  trySpend(server: string): boolean;
}

/** Servers whose budgets are remembered; one that is forgotten starts anew with a full budget. */
const MAX_SERVERS = 4_096;

/** Makes budgets of at most `budgetBurst` retries, refilled by `budgetRatio` per call. */
export function createRetryBudget(options: {
  readonly budgetRatio: number;
  readonly budgetBurst: number;
}): RetryBudget {
  const budgets = new LRUCache<string, { left: number }>({ max: MAX_SERVERS });
  const budgetOf = (server: string): { left: number } => {
    const known = budgets.get(server);
    if (known !== undefined) return known;
    const fresh = { left: options.budgetBurst };
    budgets.set(server, fresh);
    return fresh;
  };
  return {
    earn(server) {
      const budget = budgetOf(server);
      budget.left = Math.min(options.budgetBurst, budget.left + options.budgetRatio);
    },
    trySpend(server) {
      const budget = budgetOf(server);
      if (budget.left < 1) return false;
      budget.left -= 1;
      return true;
    },
  };
}
