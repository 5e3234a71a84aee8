import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../../kernel/random.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import type { Surface } from "../surface.ts";
import { createSessions } from "./sessions.ts";

const surface: Surface = {
  name: "all",
  instructions: () => undefined,
  listTools: () => ({ tools: [] }),
  callTool: () => Promise.resolve({ kind: "silent" }),
  onToolsChanged: () => ({ [Symbol.dispose]: () => undefined }),
};
const alice = principal("alice");
const bob = principal("bob");
const revision = "2025-11-25" as const;

function setUp(maxSessions = 10) {
  const clock = createFakeClock();
  const limits = { maxSessions, sessionIdleMs: 1_000, maxInFlight: 4 };
  return { clock, sessions: createSessions(limits, { clock, random: createSeededRandom(1) }) };
}

describe("legacy sessions", () => {
  it("belong to the principal and the surface that opened them", () => {
    const { sessions } = setUp();
    const { id } = sessions.open({ principal: alice, surface, revision });
    expect(sessions.find(id, alice, surface)?.id).toBe(id);
    expect(sessions.find(id, bob, surface)).toBeUndefined();
    expect(sessions.find(id, { ...alice, tenant: "other" }, surface)).toBeUndefined();
    expect(sessions.find(id, alice, { ...surface, name: "discovery" })).toBeUndefined();
  });

  it("end when they are idle, not while a request is under way or they are used", async () => {
    const { clock, sessions } = setUp();
    const idle = sessions.open({ principal: alice, surface, revision });
    const used = sessions.open({ principal: alice, surface, revision });
    const busy = sessions.open({ principal: alice, surface, revision });
    const work = busy.inFlight.run(1, undefined, (signal) => {
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ kind: "silent" }));
      });
    });
    for (let turn = 0; turn < 4; turn++) {
      await clock.advance(400);
      sessions.find(used.id, alice, surface);
    }
    expect(sessions.find(idle.id, alice, surface)).toBeUndefined();
    expect(sessions.find(used.id, alice, surface)).toBeDefined();
    expect(sessions.find(busy.id, alice, surface)).toBeDefined();
    sessions[Symbol.dispose]();
    await work;
    expect([sessions.size, clock.pending]).toEqual([0, 0]);
  });

  it("are bounded: the one used longest ago makes way", () => {
    const { sessions } = setUp(2);
    const first = sessions.open({ principal: alice, surface, revision });
    const second = sessions.open({ principal: alice, surface, revision });
    sessions.find(first.id, alice, surface);
    sessions.open({ principal: alice, surface, revision });
    expect(sessions.find(second.id, alice, surface)).toBeUndefined();
    expect(sessions.find(first.id, alice, surface)).toBeDefined();
  });

  it("cancel what is under way when they are closed", async () => {
    const { sessions } = setUp();
    const session = sessions.open({ principal: alice, surface, revision });
    let reason: unknown;
    const work = session.inFlight.run(1, undefined, (signal) => {
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          resolve({ kind: "silent" });
        });
      });
    });
    sessions.close(session);
    await work;
    expect(reason).toMatchObject({ code: "cancelled" });
  });
});
