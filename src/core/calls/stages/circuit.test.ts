import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../../kernel/random.ts";
import { gist, makeCall, resultOf } from "../../../../test/support/fakes/call-fixture.ts";
import { createRecordingLog } from "../../../../test/support/fakes/recording-log.ts";
import { createSilentMetrics } from "../../metrics/index.ts";
import { createCircuits, RESILIENCE_DEFAULTS } from "../../resilience/index.ts";
import { failed, type Ending } from "../stage.ts";
import { createCircuitStage } from "./circuit.ts";

const reason = { server: "s", state: "disconnected", retryAfterMs: 0, reached: true };
const DOWN = failed(new GatewayError("server-unavailable", "down", reason));

function setUp() {
  const clock = createFakeClock();
  const deps = { clock, random: createSeededRandom(1), metrics: createSilentMetrics() };
  const circuits = createCircuits(RESILIENCE_DEFAULTS.circuit, {
    ...deps,
    log: createRecordingLog(),
  });
  const stage = createCircuitStage(RESILIENCE_DEFAULTS.circuit, { circuits });
  const run = async (ending: Ending | Promise<Ending>) => {
    const call = makeCall();
    return { call, ending: await stage(call, async () => ending) };
  };
  const fail = async () => {
    for (let time = 0; time < 5; time++) await run(DOWN);
  };
  return { clock, circuits, run, fail };
}

describe("the circuit stage", () => {
  it("notes the state of the circuit and passes endings on unchanged", async () => {
    const { run } = setUp();
    const ok = resultOf("ok");
    expect(await run(ok)).toMatchObject({ ending: ok, call: { notes: { circuit: "closed" } } });
    expect((await run(DOWN)).ending).toBe(DOWN);
  });

  it("ends calls at once while the circuit is open, and says when to come back", async () => {
    const { run, fail, clock } = setUp();
    await fail();
    await clock.advance(400);
    expect(await run(resultOf("never"))).toMatchObject({
      ending: { error: { code: "circuit-open", data: { server: "s", retryAfterMs: 600 } } },
      call: { notes: { circuit: "open" } },
    });
  });

  it("lets one call probe, and tells the others to come back", async () => {
    const { run, fail, clock } = setUp();
    await fail();
    await clock.advance(1_000);
    const probe = deferred();
    const probing = run(probe.promise);
    expect(await run(resultOf("never"))).toMatchObject({
      ending: { error: { data: { retryAfterMs: 1_000 } } },
      call: { notes: { circuit: "half-open" } },
    });
    probe.resolve(resultOf("well again"));
    expect((await probing).call.notes.circuit).toBe("half-open");
    expect((await run(resultOf("ok"))).call.notes.circuit).toBe("closed");
  });

  it("does not open for what callers do", async () => {
    const { run, circuits } = setUp();
    const refusal = failed(new GatewayError("rate-limited", "x", { reason: "", retryAfterMs: 1 }));
    for (let time = 0; time < 20; time++) {
      await run({ kind: "cancelled" });
      await run(refusal);
      await run(failed(new GatewayError("deadline-exceeded", "x", { timeoutMs: 10 })));
    }
    expect(circuits.status(makeCall().tool.server).state).toBe("closed");
  });

  it("takes every answer of the server for a sign of life, a refusal included", async () => {
    const { run, circuits } = setUp();
    for (let time = 0; time < 4; time++) await run(DOWN);
    const protocol = new GatewayError("upstream-protocol", "x", { server: "s", rpcCode: -32602 });
    expect(gist((await run(failed(protocol))).ending)).toBe("upstream-protocol");
    expect(circuits.status(makeCall().tool.server).failures).toBe(0);
  });
});

function deferred() {
  let resolve!: (ending: Ending) => void;
  const promise = new Promise<Ending>((settle) => (resolve = settle));
  return { promise, resolve };
}
