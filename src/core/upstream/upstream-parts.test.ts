import { describe, expect, it } from "vitest";
import { http, specOf, stdio } from "../../../test/support/upstream-rig.ts";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import { backoffDelayMs } from "./backoff.ts";
import { startCallDeadline } from "./call-deadline.ts";
import { endpointTarget } from "./endpoint-target.ts";
import { createRedactor } from "./redactor.ts";
import { hasSameCatalogSettings, hasSameConnections } from "./spec-change.ts";
import { createRestartLimiter } from "./restart-limiter.ts";

describe("backoffDelayMs", () => {
  it("draws from zero to a bound that doubles up to the largest", () => {
    const random = createSeededRandom(1);
    for (const [failures, bound] of [
      [1, 500],
      [2, 1_000],
      [5, 8_000],
      [50, 60_000],
    ] as const) {
      const draws = Array.from({ length: 500 }, () =>
        backoffDelayMs({ initialMs: 500, maxMs: 60_000 }, failures, random),
      );
      expect(Math.max(...draws)).toBeLessThanOrEqual(bound);
      expect(Math.max(...draws)).toBeGreaterThan(bound * 0.95);
      expect(Math.min(...draws)).toBeLessThan(bound * 0.05);
    }
  });
});

describe("startCallDeadline", () => {
  const limits = { timeoutMs: 100, maxTimeoutMs: 250, extendOnProgress: true };
  const caller = new AbortController().signal;

  it("ends after the time limit, with the limit in the failure", async () => {
    const clock = createFakeClock();
    const deadline = startCallDeadline(limits, clock, caller);
    await clock.advance(99);
    expect(deadline.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.reason).toMatchObject({ code: "deadline-exceeded", data: { timeoutMs: 100 } });
  });

  it("starts anew at each sign of life, up to the longest time", async () => {
    const clock = createFakeClock();
    const deadline = startCallDeadline(limits, clock, caller);
    for (let passed = 0; passed < 240; passed += 80) {
      await clock.advance(80);
      deadline.extend();
    }
    expect(deadline.aborted).toBe(false);
    await clock.advance(10);
    expect(deadline.reason).toMatchObject({ data: { timeoutMs: 250 } });
  });

  it("does not start anew unless it is told to", async () => {
    const clock = createFakeClock();
    const deadline = startCallDeadline({ ...limits, extendOnProgress: false }, clock, caller);
    await clock.advance(80);
    deadline.extend();
    await clock.advance(20);
    expect(deadline.aborted).toBe(true);
  });

  it("passes the caller's reason on, once, and leaves nothing behind when disposed", () => {
    const clock = createFakeClock();
    const abort = new AbortController();
    const deadline = startCallDeadline(limits, clock, abort.signal);
    let heard = 0;
    deadline.addEventListener("abort", () => (heard += 1), { once: true });
    abort.abort(new Error("gone"));
    expect([deadline.aborted, heard]).toEqual([true, 1]);
    expect(deadline.reason).toMatchObject({ message: "gone" });
    deadline[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});

describe("createRestartLimiter", () => {
  it("allows so many failures within any minute", async () => {
    const clock = createFakeClock();
    const limiter = createRestartLimiter({ maxPerMinute: 2 }, clock);
    limiter.note();
    await clock.advance(10_000);
    limiter.note();
    expect(limiter.waitMs()).toBe(50_000);
    await clock.advance(50_000);
    expect(limiter.waitMs()).toBe(0);
  });
});

describe("createRedactor", () => {
  it("takes configured secrets out, the longest first, and leaves short words alone", () => {
    const endpoint = http("https://user:pass-word@h/mcp?key=query-secret", {
      Authorization: "Bearer header-secret",
    });
    const local = stdio({
      command: "c",
      args: [],
      env: { A: "env-secret", B: "env-secret-longer", C: "1" },
    });
    const redact = createRedactor(specOf("s", [endpoint, local]));
    const text = "1 env-secret-longer env-secret header-secret query-secret pass-word";
    expect(redact(text)).toBe("1 *** *** *** *** ***");
  });
});

describe("endpointTarget", () => {
  it.each([
    [http("https://user:secret@host:8443/mcp?token=x"), "https://host:8443/mcp"],
    [
      stdio({ command: "npx", args: ["-y", "@scope/server", "--key", "k"], env: {} }),
      "npx @scope/server",
    ],
    [stdio({ command: "/usr/bin/server", args: ["secret"], env: {} }), "/usr/bin/server"],
    [http("not a url"), "(not a URL)"],
  ])("names what is reached without its secrets", (endpoint, target) => {
    expect(endpointTarget(endpoint)).toBe(target);
  });
});

describe("the change of a spec", () => {
  const spec = specOf("s", http("http://h/", { a: "1", b: "2" }));

  it("touches connections only where endpoints, isolation or the switch differ", () => {
    const reordered = specOf("s", http("http://h/", { b: "2", a: "1" }), { timeoutMs: 1 });
    expect(hasSameConnections(spec, reordered)).toBe(true);
    expect(hasSameConnections(spec, { ...spec, isolation: "session" })).toBe(false);
    expect(hasSameConnections(spec, specOf("s", http("http://h/", { a: "1" })))).toBe(false);
    expect(hasSameConnections(spec, { ...spec, disabled: true })).toBe(false);
  });

  it("touches the catalogue where words and rules differ", () => {
    expect(hasSameCatalogSettings(spec, { ...spec, timeoutMs: 1 })).toBe(true);
    expect(hasSameCatalogSettings(spec, { ...spec, tags: ["t"] })).toBe(false);
    expect(hasSameCatalogSettings(spec, { ...spec, description: "d" })).toBe(false);
  });
});
