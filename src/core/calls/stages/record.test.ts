import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { makeCall, resultOf } from "../../../../test/support/fakes/call-fixture.ts";
import { createRecordingLog } from "../../../../test/support/fakes/recording-log.ts";
import { createRecordingMetrics } from "../../../../test/support/fakes/recording-metrics.ts";
import type { Call } from "../call.ts";
import { failed, type Ending } from "../stage.ts";
import { createRecord, type CallRecorded } from "./record.ts";

function setUp(onRecorded?: CallRecorded) {
  const [clock, log, metrics] = [createFakeClock(), createRecordingLog(), createRecordingMetrics()];
  const deps = { clock, log, metrics, ...(onRecorded === undefined ? {} : { onRecorded }) };
  const stage = createRecord(deps);
  const run = async (end: Ending | ((call: Call) => Ending | Promise<Ending>)) =>
    stage(makeCall({ clock }), typeof end === "function" ? end : () => end);
  return { clock, log, metrics, run };
}

const isError = rawJson(Buffer.from('{"content":[],"isError":true}'));
const unknown = new GatewayError("unknown-tool", "no", { tool: "s__read", nearest: [] });

describe("the record of a call", () => {
  it("tells how it came about, of what the stages noted", async () => {
    const { run, clock } = setUp();
    const outcome = run(async (call) => {
      Object.assign(call.notes, { cache: "miss", circuit: "half-open", attempts: 2 });
      await clock.advance(40);
      return resultOf("ok");
    });
    expect((await outcome).meta).toEqual({
      server: "s",
      tool: "s__read",
      cache: "miss",
      attempts: 2,
      circuit: "half-open",
      durationMs: 40,
      traceId: "0".repeat(32),
    });
  });

  it.each<[string, Ending]>([
    ["result", resultOf("ok")],
    ["tool-error", { kind: "result", body: isError }],
    ["input-required", { kind: "input_required", body: isError }],
    ["cancelled", { kind: "cancelled" }],
    ["unknown-tool", failed(unknown)],
  ])("counts it as %s", async (label, ending) => {
    const { run, metrics } = setUp();
    await run(ending);
    const labels = { server: "s", tool: "s__read", outcome: label };
    expect(metrics.sum("toolCalls", labels)).toBe(1);
    expect(metrics.sum("toolCallsInFlight", { server: "s" })).toBe(0);
    expect(metrics.count("toolCallsInFlight", { server: "s" })).toBe(2);
  });

  it.each<[string, (call: Call) => void]>([
    ["gateway", () => undefined],
    ["upstream", (call) => void (call.notes.attempts = 1)],
    ["coalesced", (call) => void (call.notes.cache = "coalesced")],
    ["l1", (call) => void (call.notes.cache = "l1")],
    ["stale", (call) => void (call.notes.degraded = { via: "stale", reason: "down" })],
  ])("measures its time by what answered: %s", async (source, note) => {
    const { run, metrics } = setUp();
    await run((call) => {
      note(call);
      return resultOf("ok");
    });
    expect(metrics.count("toolCallDuration", { server: "s", source })).toBe(1);
  });

  it("does not name the server of a tool that the caller may not see", async () => {
    const { run } = setUp();
    expect((await run(failed(unknown))).meta.server).toBe("");
  });

  it("logs what went wrong, and not what was asked or answered", async () => {
    const { run, log } = setUp();
    await run(resultOf("secret result"));
    await run(failed(unknown));
    await run(failed(new GatewayError("needs-auth", "log in", { server: "s" })));
    expect(log.lines.map((line) => line.level)).toEqual(["debug", "debug", "warn"]);
    expect(log.lines[2]!.fields).toMatchObject({ code: "needs-auth", principal: "p" });
    expect(JSON.stringify(log.lines)).not.toContain("secret");
  });

  it("lets a bug end as an internal failure, thrown now or later, and logs its stack", async () => {
    const { run, log, metrics } = setUp();
    const bug = new TypeError("oops");
    const later = await run(() => Promise.reject(bug));
    const now = await run(() => {
      throw bug;
    });
    for (const outcome of [later, now]) {
      expect(outcome).toMatchObject({ kind: "failure", error: { code: "internal" } });
    }
    expect(
      log.lines.filter((line) => line.level === "error").map((line) => line.fields["err"]),
    ).toEqual([bug, bug]);
    expect(metrics.sum("toolCallsInFlight", { server: "s" })).toBe(0);
  });

  it("tells a listener, whose failure harms nobody", async () => {
    const heard: string[] = [];
    const { run, log } = setUp((call, outcome) => {
      heard.push(`${call.tool.id} ${outcome.kind}`);
      throw new Error("listener");
    });
    expect((await run(resultOf("ok"))).kind).toBe("result");
    expect(heard).toEqual(["s__read result"]);
    expect(log.lines.some((line) => line.level === "error")).toBe(true);
  });
});
