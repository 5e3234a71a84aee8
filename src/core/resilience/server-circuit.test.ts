import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import type { GateState } from "./circuits.ts";
import { RESILIENCE_DEFAULTS } from "./options.ts";
import { ServerCircuit } from "./server-circuit.ts";
import type { Verdict } from "./verdict.ts";

const verdict = constantFrom<Verdict>("success", "failure", "failure", "neutral");
const step = oneof(
  { weight: 6, arbitrary: record({ kind: constant("start" as const) }) },
  { weight: 6, arbitrary: record({ kind: constant("end" as const), which: integer(), verdict }) },
  {
    weight: 3,
    arbitrary: record({ kind: constant("wait" as const), ms: integer({ min: 1, max: 5_000 }) }),
  },
  {
    weight: 1,
    arbitrary: record({
      kind: constant("force" as const),
      action: constantFrom("forceOpen" as const, "forceClose" as const, "reset" as const),
    }),
  },
);

describe("a circuit, whatever happens to it", () => {
  it("never lets work through while open, nor two probes at once, and changes state only as allowed", async () => {
    const seen = { refused: 0, probes: 0 };
    await assert(
      asyncProperty(array(step, { minLength: 20, maxLength: 80, size: "max" }), async (steps) => {
        const clock = createFakeClock();
        const states: GateState[] = ["closed"];
        const circuit = new ServerCircuit(
          { ...RESILIENCE_DEFAULTS.circuit, failureThreshold: 2 },
          { clock, random: createSeededRandom(7), onTransition: (state) => states.push(state) },
        );
        const open: { end: (verdict: Verdict) => void; stateAge: number; isProbe: boolean }[] = [];
        const start = (): void => {
          const { state } = circuit;
          const stateAge = states.length;
          const isProbe = state === "half-open";
          const isTaken = open.some((work) => work.isProbe && work.stateAge === stateAge);
          let began = false;
          const running = circuit.run(
            () => {
              began = true;
              return new Promise<Verdict>((end) => open.push({ end, stateAge, isProbe }));
            },
            (ended) => ended,
          );
          expect(began).toBe(running !== undefined);
          expect(began).toBe(state === "closed" || (isProbe && !isTaken));
          seen.refused += began ? 0 : 1;
          seen.probes += began && isProbe ? 1 : 0;
        };
        for (const action of steps) {
          if (action.kind === "start") start();
          if (action.kind === "wait") await clock.advance(action.ms);
          if (action.kind === "force") circuit[action.action]();
          if (action.kind === "end" && open.length > 0) {
            const [work] = open.splice(Math.abs(action.which) % open.length, 1);
            work!.end(action.verdict);
            await clock.advance(0);
          }
          expect(circuit.retryAfterMs > 0).toBe(circuit.state === "open");
        }
        const turns = states.slice(1).map((state, index) => `${states[index]} → ${state}`);
        expect(turns).not.toContain("closed → half-open");
        circuit[Symbol.dispose]();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
    expect(seen.refused).toBeGreaterThan(100);
    expect(seen.probes).toBeGreaterThan(100);
  });
});
