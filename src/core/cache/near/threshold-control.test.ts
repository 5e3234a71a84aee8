import { describe, expect, it } from "vitest";
import { toRawJson } from "../../../kernel/raw-json.ts";
import { isSameAnswer } from "./same-answer.ts";
import { afterCheck, thresholdOf, UNCHECKED, type ThresholdState } from "./threshold-control.ts";
import { leastCredibleRate } from "./wilson.ts";

const options = { enabled: true, threshold: 0.9, verifyRatio: 1, maxErrorRate: 0.02 };

function check(rights: readonly boolean[], from: ThresholdState = UNCHECKED): ThresholdState {
  return rights.reduce((state, isRight) => afterCheck(state, isRight, options), from);
}

describe("the least credible rate of wrong answers", () => {
  it.each([
    [0, 0, 0],
    [0, 100, 0],
    [1, 1, 0.27],
    [1, 10, 0.023],
    [1, 100, 0.0023],
    [50, 100, 0.42],
    [100, 100, 0.974],
  ])("of %i in %i is %f", (wrong, checked, rate) => {
    expect(leastCredibleRate(wrong, checked)).toBeCloseTo(rate, 2);
  });
});

describe("checks of semantic hits", () => {
  const right = (count: number): boolean[] => Array.from({ length: count }, () => true);

  it("change nothing while answers are right, or wrong no more often than may be", () => {
    expect(check(right(50))).toEqual({ checked: 50, wrong: 0, raises: 0 });
    expect(check([...right(50), false])).toEqual({ checked: 51, wrong: 1, raises: 0 });
  });

  it("raise the threshold by half of what is missing, and begin anew", () => {
    const state = check([false]);
    expect(state).toEqual({ checked: 0, wrong: 0, raises: 1 });
    expect([UNCHECKED, state].map((one) => thresholdOf(one, options))).toEqual([0.9, 0.95]);
  });

  it("switch the semantic cache off when the third raise did not help", () => {
    expect(check([false, false, false]).switchedOff).toBeUndefined();
    expect(check([false, false, false, ...right(5), false]).switchedOff).toMatch(/1 of 6/);
  });
});

describe("two answers", () => {
  const content = [{ type: "text", text: "a" }];
  it.each([
    [{ content }, { content, _meta: { traceId: 1 } }, true],
    [{ structuredContent: { a: 1, b: [2] } }, { structuredContent: { b: [2], a: 1 } }, true],
    [{ content }, { content: [...content, ...content] }, false],
    [{ structuredContent: { a: 1 } }, { structuredContent: { a: 1, b: null } }, false],
    [{ structuredContent: [1, 2] }, { structuredContent: [2, 1] }, false],
    [
      { structuredContent: JSON.parse('{"__proto__":1}') as object },
      { structuredContent: { a: 1 } },
      false,
    ],
    [{ content }, [], false],
  ])("%j and %j say the same: %s", (one, other, isSame) => {
    expect(isSameAnswer(toRawJson(one), toRawJson(other))).toBe(isSame);
  });
});
