import { assert, constantFrom, dictionary, integer, property, record } from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "../../../kernel/fake-clock.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Isolation } from "../../upstream/index.ts";
import {
  gist,
  makeCall,
  resultOf,
  type CallFixture,
} from "../../../../test/support/fakes/call-fixture.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import {
  createRecordingMetrics,
  type RecordingMetrics,
} from "../../../../test/support/fakes/recording-metrics.ts";
import type { Call } from "../call.ts";
import type { Ending, Stage } from "../stage.ts";
import { createDeadline } from "./deadline.ts";
import { createSingleFlightStage, flightKey } from "./single-flight.ts";

const meta = (text: string) => rawJson(Buffer.from(text));
const keyOf = (fixture: CallFixture, isolation: Isolation = "shared"): string | undefined =>
  flightKey(makeCall(fixture), isolation);

describe("what calls must have in common to be one", () => {
  it("is their meaning: arguments equal but for order and layout", () => {
    const value = dictionary(constantFrom("a", "b", "c"), integer({ min: 0, max: 2 }), {
      maxKeys: 2,
    });
    const asked = record({
      args: value,
      who: constantFrom("p", "q"),
      tool: constantFrom("x", "y"),
    });
    const key = ({ args, who, tool }: { args: object; who: string; tool: string }, flip: boolean) =>
      keyOf({
        args: flip
          ? JSON.stringify(Object.fromEntries(Object.entries(args).toReversed()), null, 1)
          : JSON.stringify(args),
        tool: { name: tool },
        request: { principal: principal(who) },
      });
    const sorted = ({ args, who, tool }: { args: object; who: string; tool: string }) =>
      JSON.stringify([Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1)), who, tool]);
    assert(
      property(asked, asked, (one, other) => {
        expect(key(one, false) === key(other, true)).toBe(sorted(one) === sorted(other));
      }),
      { numRuns: 500 },
    );
  });

  it("is the tenant, the tool as it is now, and the session where sessions are kept apart", () => {
    const base = keyOf({});
    const changed = keyOf({ tool: { description: "changed" } });
    const tenant = keyOf({ request: { principal: principal("p", { tenant: "acme" }) } });
    expect(new Set([base, changed, tenant]).size).toBe(3);
    const inSession = (session: string, isolation: Isolation) =>
      keyOf({ request: { session } }, isolation);
    expect(inSession("1", "shared")).toBe(inSession("2", "shared"));
    expect(inSession("1", "session")).not.toBe(inSession("2", "session"));
  });

  it("is what of _meta the server could answer by, not who traces or follows the call", () => {
    const trace = meta('{"traceparent":"00-1-2-01","progressToken":1}');
    const other = meta('{"traceparent":"00-3-4-01"}');
    expect(keyOf({ request: { meta: trace } })).toBe(keyOf({ request: { meta: other } }));
    for (const text of ['{"locale":"de"}', '{"baggage":"userId=alice"}']) {
      expect(keyOf({ request: { meta: meta(text) } })).not.toBe(
        keyOf({ request: { meta: trace } }),
      );
    }
  });

  it.each<[string, CallFixture]>([
    ["may write", { tool: { annotations: {} } }],
    ["bypass caches", { request: { cache: "bypass" } }],
    ["want a fresh answer", { request: { cache: "refresh" } }],
    ["want progress", { request: { onProgress: () => undefined } }],
    ["carry on an earlier call", { request: { requestState: "x" } }],
    ["answer a question", { request: { inputResponses: meta("{}") } }],
    ["have arguments that would be rounded", { args: '{"id":9007199254740993}' }],
    ["have a _meta that is none", { request: { meta: meta("[]") } }],
  ])("is nothing for calls that %s", (_, fixture) => {
    expect(keyOf(fixture)).toBeUndefined();
  });
});

describe("single flight", () => {
  let stage: Stage;
  let clock: FakeClock;
  let metrics: RecordingMetrics;
  let started: { call: Call; end: (ending: Ending) => void }[];
  let generation: number;

  beforeEach(() => {
    started = [];
    generation = 0;
    metrics = createRecordingMetrics();
    clock = createFakeClock();
    const limits = { timeoutMs: 1_000, maxTimeoutMs: 5_000, extendOnProgress: true };
    const deadline = createDeadline({ clock, limitsOf: () => limits });
    const flights = createSingleFlightStage({
      metrics,
      isolationOf: () => "shared",
      generationOf: () => generation,
    });
    stage = (call, next) => deadline.stage(call, (bounded) => flights(bounded, next));
  });

  /** A caller of its own with a call that another must end. */
  function ask(fixture: CallFixture = {}) {
    const caller = new AbortController();
    const call = makeCall({ signal: caller.signal, ...fixture });
    const ending = Promise.resolve(
      stage(call, (inner) => new Promise((end) => started.push({ call: inner, end }))),
    );
    return { call, caller, ending };
  }

  it("answers equal calls that overlap by one", async () => {
    const [first, second, other] = [ask(), ask(), ask({ args: '{"x":1}' })];
    expect(started).toHaveLength(2);
    started[0]!.end(resultOf("shared"));
    expect(await first.ending).toBe(await second.ending);
    expect([first.call.notes.cache, second.call.notes.cache]).toEqual(["none", "coalesced"]);
    expect(metrics.sum("coalescedCalls")).toBe(1);
    started[1]!.end(resultOf("other"));
    expect(await other.ending).not.toBe(await first.ending);
  });

  it("does not let a call share one that began before something was written", async () => {
    const before = ask();
    generation += 1;
    const [after, another] = [ask(), ask()];
    started[0]!.end(resultOf("old"));
    await before.ending;
    started[1]!.end(resultOf("new"));
    expect(await after.ending).toBe(await another.ending);
    expect(await after.ending).not.toBe(await before.ending);
  });

  it("puts off the deadlines of all who wait when the server shows signs of life", async () => {
    const waiting = [ask(), ask()];
    await clock.advance(900);
    started[0]!.call.signsOfLife?.forEach((tell) => tell());
    await clock.advance(900);
    started[0]!.end(resultOf("at last"));
    expect(await Promise.all(waiting.map(async ({ ending }) => gist(await ending)))).toEqual([
      "result",
      "result",
    ]);
  });

  it("starts anew once a call has ended", async () => {
    const first = ask();
    started[0]!.end(resultOf("one"));
    await first.ending;
    void ask();
    expect(started).toHaveLength(2);
  });

  it("goes on for the followers when the leader leaves", async () => {
    const [leader, follower] = [ask(), ask()];
    leader.caller.abort();
    expect(gist(await leader.ending)).toBe("cancelled");
    expect(started[0]!.call.signal.aborted).toBe(false);
    started[0]!.end(resultOf("for the follower"));
    expect(gist(await follower.ending)).toBe("result");
  });

  it("goes on for the leader when followers leave", async () => {
    const [leader, follower] = [ask(), ask()];
    follower.caller.abort();
    expect(gist(await follower.ending)).toBe("cancelled");
    expect(started[0]!.call.signal.aborted).toBe(false);
    started[0]!.end(resultOf("for the leader"));
    expect(gist(await leader.ending)).toBe("result");
  });

  it("is cancelled when all have left, and a newcomer does not join what is being cancelled", async () => {
    const callers = [ask(), ask(), ask()];
    for (const { caller } of callers) caller.abort();
    expect(started[0]!.call.signal.aborted).toBe(true);
    const newcomer = ask();
    expect(started).toHaveLength(2);
    started[0]!.end({ kind: "cancelled" });
    await callers[0]!.ending;
    const second = ask();
    expect(started).toHaveLength(2);
    started[1]!.end(resultOf("fresh"));
    expect(gist(await newcomer.ending)).toBe("result");
    expect(gist(await second.ending)).toBe("result");
  });

  it("passes on what ends at once, and throws what was thrown to everybody", async () => {
    expect(gist(await stage(makeCall(), () => resultOf("now")))).toBe("result");
    const bug = () => Promise.reject(new Error("bug"));
    const both = [1, 2].map(async () => stage(makeCall(), bug));
    for (const result of await Promise.allSettled(both)) expect(result.status).toBe("rejected");
  });
});
