import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const base = { failures: 1, retryAfter: undefined, now, random: 0.5 };

describe("the wait before another attempt", () => {
  it("grows with the failures, to a bound, by a random share", () => {
    const delays = [1, 2, 3, 10].map((failures) => retryDelayMs({ ...base, failures }));
    expect(delays).toEqual([125, 250, 500, 5_000]);
    expect(retryDelayMs({ ...base, random: 0 })).toBe(0);
  });

  it("is what the service asks for, in seconds or as a date", () => {
    expect(retryDelayMs({ ...base, retryAfter: "2" })).toBe(2_000);
    expect(retryDelayMs({ ...base, retryAfter: "0" })).toBe(0);
    const date = new Date(now + 3_000).toUTCString();
    expect(retryDelayMs({ ...base, retryAfter: date })).toBe(3_000);
    expect(retryDelayMs({ ...base, retryAfter: new Date(now - 9_000).toUTCString() })).toBe(0);
  });

  it("is the usual one when the service asks for nothing that can be read", () => {
    expect(retryDelayMs({ ...base, retryAfter: "soon" })).toBe(125);
    expect(retryDelayMs({ ...base, retryAfter: "" })).toBe(125);
  });

  it("is none when the service asks for more than a minute", () => {
    expect(retryDelayMs({ ...base, retryAfter: "61" })).toBeUndefined();
  });
});
