import { describe, expect, it } from "vitest";
import { abortable, childAbort } from "./abort.ts";
import { sleep } from "./clock.ts";
import { GatewayError, isGatewayError, toGatewayError } from "./errors.ts";
import { createFakeClock } from "./fake-clock.ts";
import { nearestNames } from "./nearest-names.ts";
import { createSeededRandom, createSystemRandom } from "./random.ts";
import { rawJson, toRawJson } from "./raw-json.ts";
import { createScope } from "./scope.ts";
import { createTypedEvents } from "./typed-events.ts";

describe("a scope", () => {
  it("disposes in reverse order, all of it, and throws the first failure", async () => {
    const order: string[] = [];
    const scope = createScope();
    scope.defer(() => void order.push("first"));
    scope.use({ [Symbol.dispose]: () => void order.push("second") });
    scope.defer(() => {
      throw new Error("third failed");
    });
    await expect(scope[Symbol.asyncDispose]()).rejects.toThrow("third failed");
    expect(order).toEqual(["second", "first"]);
    await scope[Symbol.asyncDispose]();
    expect(order).toHaveLength(2);
  });
});

describe("abort", () => {
  it("follows its parent until disposed", () => {
    const parent = new AbortController();
    const kept = childAbort(parent.signal);
    const detached = childAbort(parent.signal);
    detached[Symbol.dispose]();
    parent.abort(new Error("over"));
    expect(kept.signal.aborted).toBe(true);
    expect(detached.signal.aborted).toBe(false);
    expect(childAbort(parent.signal).signal.aborted).toBe(true);
  });

  it("ends the waiting, with the signal's reason", async () => {
    const controller = new AbortController();
    const waiting = abortable(new Promise(() => undefined), controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(abortable(Promise.reject(new Error("late")), controller.signal)).rejects.toThrow(
      "enough",
    );
  });
});

describe("the fake clock", () => {
  it("runs timers in order as it advances, and sleeps until woken or aborted", async () => {
    const clock = createFakeClock();
    const order: number[] = [];
    clock.after(20, () => order.push(20));
    clock.after(10, () => order.push(10));
    using cancelled = clock.after(15, () => order.push(15));
    cancelled[Symbol.dispose]();
    const controller = new AbortController();
    const asleep = sleep(clock, 30, controller.signal);
    const aborted = sleep(clock, 1_000, controller.signal);
    await clock.advance(30);
    await asleep;
    expect(order).toEqual([10, 20]);
    controller.abort(new Error("up"));
    await expect(aborted).rejects.toThrow("up");
    expect(clock.pending).toBe(0);
  });
});

describe("errors", () => {
  it("carry code, data and cause", () => {
    const cause = new Error("root");
    const error = new GatewayError("forbidden", "no", { reason: "role", cause });
    expect(error.data).toEqual({ reason: "role" });
    expect(error.cause).toBe(cause);
    expect(isGatewayError(error, "forbidden")).toBe(true);
    expect(isGatewayError(error, "cancelled")).toBe(false);
    expect(toGatewayError(error)).toBe(error);
    expect(toGatewayError(cause)).toMatchObject({ code: "internal", cause });
  });
});

describe("raw JSON", () => {
  it("keeps the bytes and parses once", () => {
    const bytes = Buffer.from(`{"n":12345678901234567890}`);
    const raw = rawJson(bytes);
    expect(raw.bytes).toBe(bytes);
    expect(raw.value()).toBe(raw.value());
    expect(toRawJson({ a: [1], b: undefined }).value()).toEqual({ a: [1] });
    expect(() => rawJson(Buffer.from("{")).value()).toThrow(SyntaxError);
  });
});

describe("nearest names", () => {
  it.each([
    ["serch_users", ["search_users"]],
    ["searchUsers", ["search_users"]],
    ["usrs", ["users"]],
  ])("for %s are %j", (wanted, expected) => {
    expect(nearestNames(wanted, ["search_users", "delete_file", "users"])).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it("are none when nothing is like it", () => {
    expect(nearestNames("zzzzzz", ["search_users"])).toEqual([]);
  });
});

describe("events", () => {
  it("reach every listener, though one throws, until it is disposed", () => {
    const errors: unknown[] = [];
    const events = createTypedEvents<{ tick: number }>((error) => errors.push(error));
    const heard: number[] = [];
    events.on("tick", () => {
      throw new Error("bad listener");
    });
    const listening = events.on("tick", (tick) => heard.push(tick));
    events.emit("tick", 1);
    listening[Symbol.dispose]();
    events.emit("tick", 2);
    expect(heard).toEqual([1]);
    expect(errors).toHaveLength(2);
  });
});

describe("randomness", () => {
  it("repeats itself when seeded, and gives hex of the asked length", () => {
    const [a, b] = [createSeededRandom(7), createSeededRandom(7)];
    expect([a.next(), a.hex(4)]).toEqual([b.next(), b.hex(4)]);
    expect(createSystemRandom().hex(16)).toMatch(/^[0-9a-f]{32}$/);
  });
});
