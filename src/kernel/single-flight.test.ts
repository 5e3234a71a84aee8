import { describe, expect, it } from "vitest";
import { createSingleFlight } from "./single-flight.ts";

const never = new AbortController().signal;

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe("single flight", () => {
  it("runs equal work once while it is under way, and anew afterwards", async () => {
    const flights = createSingleFlight<number>();
    let runs = 0;
    const gate = deferred<void>();
    const work = async (): Promise<number> => {
      runs += 1;
      await gate.promise;
      return runs;
    };
    const first = flights.run("k", never, work);
    const second = flights.run("k", never, work);
    expect(flights.size).toBe(1);
    gate.resolve();
    expect(await first).toEqual({ value: 1, joined: false });
    expect(await second).toEqual({ value: 1, joined: true });
    expect(flights.size).toBe(0);
    expect(await flights.run("k", never, work)).toEqual({ value: 2, joined: false });
  });

  it("does not take followers along when the leader leaves", async () => {
    const flights = createSingleFlight<string>();
    const gate = deferred<string>();
    let seen: AbortSignal | undefined;
    const leader = new AbortController();
    const first = flights.run("k", leader.signal, (signal) => {
      seen = signal;
      return gate.promise;
    });
    const second = flights.run("k", never, () => Promise.resolve("never run"));
    leader.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(seen?.aborted).toBe(false);
    gate.resolve("done");
    expect((await second).value).toBe("done");
  });

  it("aborts the work when the last caller has left, and lets a newcomer start afresh", async () => {
    const flights = createSingleFlight<string>();
    let seen: AbortSignal | undefined;
    const only = new AbortController();
    const first = flights.run("k", only.signal, (signal) => {
      seen = signal;
      return new Promise(() => undefined);
    });
    only.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(seen?.aborted).toBe(true);
    expect((await flights.run("k", never, () => Promise.resolve("fresh"))).value).toBe("fresh");
  });

  it("gives a failure to every caller and keeps nothing", async () => {
    const flights = createSingleFlight<string>();
    const gate = deferred<string>();
    const both = [1, 2].map(() => flights.run("k", never, () => gate.promise));
    gate.reject(new Error("broken"));
    for (const caller of both) await expect(caller).rejects.toThrow("broken");
    expect(flights.size).toBe(0);
  });
});
