import { beforeEach, describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { createFakeClock, type FakeClock } from "../../../kernel/fake-clock.ts";
import {
  gist,
  makeCall,
  resultOf,
  type CallFixture,
} from "../../../../test/support/fakes/call-fixture.ts";
import type { Call } from "../call.ts";
import type { Ending } from "../stage.ts";
import { createDeadline, type DeadlineStage, type TimeLimits } from "./deadline.ts";

describe("the deadline", () => {
  let clock: FakeClock;
  let limits: TimeLimits;
  let deadline: DeadlineStage;
  let inner: Call | undefined;

  beforeEach(() => {
    clock = createFakeClock();
    limits = { timeoutMs: 1_000, maxTimeoutMs: 3_000, extendOnProgress: false };
    deadline = createDeadline({ clock, limitsOf: () => limits });
  });

  /** Starts a call that does not end by itself. */
  function start(fixture: CallFixture = {}, end?: Promise<Ending>) {
    const state: { ended?: string } = {};
    const caller = new AbortController();
    const call = makeCall({ clock, signal: caller.signal, ...fixture });
    const ending = Promise.resolve(
      deadline.stage(call, (bounded) => {
        inner = bounded;
        return end ?? new Promise(() => undefined);
      }),
    );
    void ending.then((value) => (state.ended = gist(value)));
    return { caller, state, ending };
  }

  it("is the server's time limit", async () => {
    const { ending, state } = start();
    await clock.advance(999);
    expect(state.ended).toBeUndefined();
    await clock.advance(1);
    expect(await ending).toMatchObject({
      kind: "failure",
      error: { code: "deadline-exceeded", data: { timeoutMs: 1_000 } },
    });
    expect(inner!.signal.aborted).toBe(true);
    expect(inner!.deadlineAt).toBe(1_000);
    expect(clock.pending).toBe(0);
  });

  it("is the caller's where that is shorter, never longer", async () => {
    const short = start({ request: { timeoutMs: 100 } });
    const long = start({ request: { timeoutMs: 5_000 } });
    await clock.advance(100);
    expect([short.state.ended, long.state.ended]).toEqual(["deadline-exceeded", undefined]);
    await clock.advance(900);
    expect(long.state.ended).toBe("deadline-exceeded");
  });

  it("starts anew with every sign of progress where the server's settings say so, up to the largest", async () => {
    limits = { ...limits, extendOnProgress: true };
    const { state } = start();
    const tell = (): void => inner!.signsOfLife?.forEach((sign) => sign());
    for (let step = 0; step < 3; step++) {
      await clock.advance(900);
      tell();
    }
    expect(state.ended).toBeUndefined();
    await clock.advance(299);
    expect(state.ended).toBeUndefined();
    await clock.advance(1);
    expect(state.ended).toBe("deadline-exceeded");
    tell();
    expect(clock.pending).toBe(0);
  });

  it("passes without progress as always, also where progress would extend it", async () => {
    limits = { ...limits, extendOnProgress: true };
    const { state } = start();
    await clock.advance(1_000);
    expect(state.ended).toBe("deadline-exceeded");
  });

  it("lets the caller leave at once, and tells what lies behind", async () => {
    const { caller, ending } = start();
    caller.abort(new Error("gone"));
    expect(await ending).toEqual({ kind: "cancelled" });
    expect(inner!.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("does not begin for a caller who has left already", async () => {
    const caller = new AbortController();
    caller.abort();
    const call = makeCall({ clock, signal: caller.signal });
    expect(deadline.stage(call, () => expect.unreachable())).toEqual({ kind: "cancelled" });
  });

  it("leaves neither timers nor listeners when the call ends in time", async () => {
    const { caller, ending } = start({}, Promise.resolve(resultOf("ok")));
    expect(gist(await ending)).toBe("result");
    caller.abort();
    expect(inner!.signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
    const sync = deadline.stage(makeCall({ clock }), () => resultOf("ok"));
    expect(gist(await sync)).toBe("result");
    expect(clock.pending).toBe(0);
  });

  it("passes bugs on and cleans up behind them", async () => {
    const call = makeCall({ clock });
    await expect(
      Promise.resolve(deadline.stage(call, () => Promise.reject(new Error("bug")))),
    ).rejects.toThrow("bug");
    expect(() =>
      deadline.stage(call, () => {
        throw new Error("thrown");
      }),
    ).toThrow("thrown");
    expect(clock.pending).toBe(0);
  });

  it("ends every call under way when it is told to", async () => {
    const [first, second] = [start(), start()];
    deadline.abortAll((server) => new GatewayError("needs-auth", "stop", { server }));
    expect(gist(await first.ending)).toBe("needs-auth");
    expect(gist(await second.ending)).toBe("needs-auth");
    expect(clock.pending).toBe(0);
  });
});
