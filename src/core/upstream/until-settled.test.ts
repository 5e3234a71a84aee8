import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createTypedEvents } from "../../kernel/typed-events.ts";
import { parseServerId } from "../catalog/index.ts";
import { untilSettled } from "./until-settled.ts";
import type { ServerState, ServerStatus, UpstreamEvents } from "./upstreams.ts";

const A = parseServerId("a")!;
const B = parseServerId("b")!;

function world(states: Readonly<Record<string, ServerState>>) {
  const clock = createFakeClock();
  const events = createTypedEvents<UpstreamEvents>((error) => {
    throw error;
  });
  const status = (id: string, state: ServerState) => ({ id, state }) as ServerStatus;
  let listeners = 0;
  return {
    clock,
    upstreams: {
      status: (id: string) => (states[id] === undefined ? undefined : status(id, states[id])),
      on<Name extends keyof UpstreamEvents>(
        name: Name,
        listener: (event: UpstreamEvents[Name]) => void,
      ) {
        listeners += 1;
        const listening = events.on(name, listener);
        return {
          [Symbol.dispose]() {
            listeners -= 1;
            listening[Symbol.dispose]();
          },
        };
      },
    },
    enter: (id: string, state: ServerState) => events.emit("state", status(id, state)),
    /** Whether nothing is held any more. */
    isClean: () => listeners === 0 && clock.pending === 0,
  };
}

const signal = new AbortController().signal;

describe("untilSettled", () => {
  it("does not wait for servers that are not connecting, or not there", async () => {
    const { clock, upstreams, isClean } = world({ a: "ready" });
    await untilSettled(upstreams, clock, { servers: [A, B], timeoutMs: 1_000, signal });
    expect(isClean()).toBe(true);
  });

  it("waits for each to be ready or to have failed, and tells how many are", async () => {
    const { clock, upstreams, enter, isClean } = world({ a: "connecting", b: "connecting" });
    const seen: number[] = [];
    const request = { servers: [A, B], timeoutMs: 1_000, signal };
    const settled = untilSettled(upstreams, clock, {
      ...request,
      onProgress: (count) => seen.push(count),
    });
    enter("a", "connecting");
    enter("a", "ready");
    enter("b", "disconnected");
    await settled;
    expect(seen).toEqual([0, 1, 2]);
    expect(isClean()).toBe(true);
  });

  it("waits no longer than it was given", async () => {
    const { clock, upstreams, isClean } = world({ a: "connecting" });
    const settled = untilSettled(upstreams, clock, { servers: [A], timeoutMs: 1_000, signal });
    await clock.advance(1_000);
    await settled;
    expect(isClean()).toBe(true);
  });

  it("ends with the signal's reason", async () => {
    const { clock, upstreams, isClean } = world({ a: "connecting" });
    const aborted = AbortSignal.abort(new Error("left"));
    const request = { servers: [A], timeoutMs: 1_000, signal: aborted };
    await expect(untilSettled(upstreams, clock, request)).rejects.toThrow("left");
    expect(isClean()).toBe(true);
  });
});
