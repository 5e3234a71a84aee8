import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../kernel/random.ts";
import { backoffMs, coolDownMs } from "./backoff.ts";
import { RESILIENCE_DEFAULTS } from "./options.ts";
import { createRetryBudget } from "./retry-budget.ts";

describe("a retry budget", () => {
  it("starts full, then allows one retry per ten calls, for each server on its own", () => {
    const budget = createRetryBudget({ budgetRatio: 0.125, budgetBurst: 2 });
    const spend = (server: string): boolean => budget.trySpend(server);
    expect([spend("a"), spend("a"), spend("a"), spend("b")]).toEqual([true, true, false, true]);
    for (let call = 0; call < 7; call++) budget.earn("a");
    expect(spend("a")).toBe(false);
    budget.earn("a");
    expect([spend("a"), spend("a")]).toEqual([true, false]);
  });

  it("never saves up more than its burst", () => {
    const budget = createRetryBudget({ budgetRatio: 0.5, budgetBurst: 1 });
    for (let call = 0; call < 100; call++) budget.earn("a");
    expect([budget.trySpend("a"), budget.trySpend("a")]).toEqual([true, false]);
  });
});

describe("backing off", () => {
  const random = createSeededRandom(3);

  it("pauses up to twice as long each time, within its bounds", () => {
    const { retry } = RESILIENCE_DEFAULTS;
    for (const [attempt, bound] of [100, 200, 400, 800, 1_600, 2_000, 2_000].entries()) {
      const pauses = Array.from({ length: 200 }, () => backoffMs(attempt + 1, retry, random));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(bound);
      expect(Math.max(...pauses)).toBeGreaterThan(bound * 0.9);
      expect(Math.min(...pauses)).toBeLessThan(bound * 0.1);
    }
  });

  it("cools down between half and the whole of its bound", () => {
    const { circuit } = RESILIENCE_DEFAULTS;
    for (const [opening, bound] of [1_000, 2_000, 4_000].entries()) {
      const pauses = Array.from({ length: 200 }, () => coolDownMs(opening + 1, circuit, random));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(bound);
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(Math.max(1_000, bound / 2));
    }
    expect(coolDownMs(2_000, circuit, random)).toBeLessThanOrEqual(60_000);
  });
});
