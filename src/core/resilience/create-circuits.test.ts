import { beforeEach, describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import type { Random } from "../../kernel/random.ts";
import { createRecordingLog } from "../../../test/support/fakes/recording-log.ts";
import {
  createRecordingMetrics,
  type RecordingMetrics,
} from "../../../test/support/fakes/recording-metrics.ts";
import type { ServerId } from "../catalog/index.ts";
import type { CircuitStatus } from "./circuits.ts";
import { createCircuits, type CircuitBreakers } from "./create-circuits.ts";
import { RESILIENCE_DEFAULTS } from "./options.ts";
import type { Verdict } from "./verdict.ts";

const server = "s" as ServerId;
const noJitter: Random = { next: () => 1, hex: () => "" };

describe("a circuit", () => {
  let clock: FakeClock;
  let metrics: RecordingMetrics;
  let circuits: CircuitBreakers;
  let transitions: CircuitStatus[];

  beforeEach(() => {
    clock = createFakeClock();
    metrics = createRecordingMetrics();
    const deps = { clock, random: noJitter, metrics, log: createRecordingLog() };
    circuits = createCircuits(RESILIENCE_DEFAULTS.circuit, deps);
    transitions = [];
    circuits.onTransition((status) => transitions.push(status));
  });

  const judge = (verdict: Verdict): Verdict => verdict;
  const run = async (verdict: Verdict): Promise<"ran" | "refused"> => {
    const result = circuits.circuit(server).run(() => verdict, judge);
    return result === undefined ? "refused" : result.then(() => "ran");
  };
  const fail = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await run("failure");
  };

  it("is closed for a server that has not been called yet", () => {
    expect(circuits.status(server)).toEqual({
      server,
      state: "closed",
      forced: false,
      failures: 0,
      retryAfterMs: 0,
    });
  });

  it("opens after five failures in a row and then turns work away", async () => {
    await fail(4);
    expect(circuits.status(server)).toMatchObject({ state: "closed", failures: 4 });
    await fail(1);
    expect(circuits.status(server)).toMatchObject({ state: "open", retryAfterMs: 1_000 });
    expect(await run("success")).toBe("refused");
  });

  it("starts counting anew after a success, but not after what says nothing", async () => {
    await fail(4);
    await run("neutral");
    expect(circuits.status(server).failures).toBe(4);
    await run("success");
    await fail(4);
    expect(circuits.status(server).state).toBe("closed");
  });

  it("lets one probe through after the cool-down, and closes when it succeeds", async () => {
    await fail(5);
    await clock.advance(999);
    expect(circuits.status(server)).toMatchObject({ state: "open", retryAfterMs: 1 });
    await clock.advance(1);
    expect(circuits.status(server)).toMatchObject({ state: "half-open", retryAfterMs: 0 });
    const probe = deferred<Verdict>();
    const running = circuits.circuit(server).run(() => probe.promise, judge);
    expect(await run("success")).toBe("refused");
    probe.resolve("success");
    await running;
    expect(circuits.status(server)).toMatchObject({ state: "closed", failures: 0 });
    expect(await run("success")).toBe("ran");
  });

  it("lets the next one probe when a probe says nothing or blows up", async () => {
    await fail(5);
    await clock.advance(1_000);
    await run("neutral");
    const bug = circuits.circuit(server).run(() => Promise.reject(new Error("bug")), judge);
    await expect(bug).rejects.toThrow("bug");
    expect(circuits.status(server).state).toBe("half-open");
    expect(await run("success")).toBe("ran");
    expect(circuits.status(server).state).toBe("closed");
  });

  it("stays open twice as long after every failed probe, up to a minute", async () => {
    await fail(5);
    const waits: number[] = [];
    for (let probe = 0; probe < 8; probe++) {
      const { retryAfterMs } = circuits.status(server);
      waits.push(retryAfterMs);
      await clock.advance(retryAfterMs);
      await fail(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it("begins with the shortest cool-down again once a probe has succeeded", async () => {
    await fail(5);
    await clock.advance(1_000);
    await fail(1);
    await clock.advance(2_000);
    await run("success");
    await fail(5);
    expect(circuits.status(server).retryAfterMs).toBe(1_000);
  });

  it("learns nothing from work that began before it opened", async () => {
    const late = deferred<Verdict>();
    const running = circuits.circuit(server).run(() => late.promise, judge);
    await fail(5);
    late.resolve("success");
    await running;
    expect(circuits.status(server)).toMatchObject({ state: "open", failures: 5 });
  });

  it("stays open by hand until it is closed by hand", async () => {
    expect(circuits.force(server, "open")).toMatchObject({ state: "open", forced: true });
    await clock.advance(3_600_000);
    expect(await run("success")).toBe("refused");
    expect(circuits.force(server, "close")).toMatchObject({ state: "closed", forced: false });
    expect(await run("success")).toBe("ran");
  });

  it("forgets the length of its cool-down on reset, but not on close", async () => {
    await fail(5);
    circuits.force(server, "close");
    await fail(5);
    expect(circuits.status(server).retryAfterMs).toBe(2_000);
    circuits.force(server, "reset");
    await fail(5);
    expect(circuits.status(server).retryAfterMs).toBe(1_000);
  });

  it("tells its changes to listeners and metrics", async () => {
    await fail(5);
    await clock.advance(1_000);
    await run("success");
    expect(transitions.map((status) => status.state)).toEqual(["open", "half-open", "closed"]);
    expect(metrics.sum("circuitTransitions", { server, to: "open" })).toBe(1);
    expect(metrics.count("circuitState", { server, state: "half-open" })).toBe(4);
    expect(metrics.sum("circuitState", { server, state: "half-open" })).toBe(1);
  });

  it("is each server's own", async () => {
    await fail(5);
    expect(circuits.status("other" as ServerId).state).toBe("closed");
  });

  it("leaves no timers behind", async () => {
    await fail(5);
    expect(clock.pending).toBe(1);
    circuits.forget(server);
    expect(clock.pending).toBe(0);
    expect(circuits.status(server).state).toBe("closed");
    await fail(5);
    circuits[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});

function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
