import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSilentLogger, type LogFields, type Logger } from "../../kernel/log.ts";
import { createEventLog, type GatewayEvent } from "./index.ts";

function createLog(maxEvents: number) {
  const clock = createFakeClock(5_000);
  return { clock, log: createEventLog({ maxEvents }, { clock, log: createSilentLogger() }) };
}

const idsOf = (events: readonly GatewayEvent[]): number[] => events.map((event) => event.id);

describe("the event log", () => {
  it("numbers events from 1 and stamps them with the wall clock", () => {
    const { log } = createLog(10);
    log.publish("server", "server.state", { server: "users", state: "ready" });
    expect(log.since(0)).toEqual([
      {
        id: 1,
        at: 5_000,
        topic: "server",
        type: "server.state",
        data: { server: "users", state: "ready" },
      },
    ]);
  });

  it("gives the events after an id, oldest first", () => {
    const { log } = createLog(10);
    for (let n = 0; n < 5; n++) log.publish("catalog", "catalog.changed", { n });
    expect(idsOf(log.since(2))).toEqual([3, 4, 5]);
    expect(log.since(5)).toEqual([]);
  });

  it("remembers no more than it was told to", () => {
    const { log } = createLog(3);
    for (let n = 0; n < 8; n++) log.publish("cache", "cache.invalidated", { n });
    expect(idsOf(log.since(0))).toEqual([6, 7, 8]);
    expect(idsOf(log.since(6))).toEqual([7, 8]);
  });

  it("gives all it remembers for an id from a former life of the daemon", () => {
    const { log } = createLog(3);
    for (let n = 0; n < 4; n++) log.publish("config", "config.reloaded", { n });
    expect(idsOf(log.since(9_000))).toEqual([2, 3, 4]);
  });

  it("has nothing to give before the first event", () => {
    const { log } = createLog(3);
    expect(log.since(0)).toEqual([]);
    expect(log.since(7)).toEqual([]);
  });

  it("tells subscribers of new events until they leave", () => {
    const { log } = createLog(3);
    const heard: number[] = [];
    const subscription = log.subscribe((event) => heard.push(event.id));
    log.publish("plan", "plan.started", {});
    subscription[Symbol.dispose]();
    log.publish("plan", "plan.ended", {});
    expect(heard).toEqual([1]);
  });

  it("logs what a subscriber throws and still tells the others", () => {
    const errors: LogFields[] = [];
    const logger: Logger = { ...createSilentLogger(), error: (fields) => errors.push(fields) };
    const log = createEventLog({}, { clock: createFakeClock(), log: logger });
    const heard: number[] = [];
    log.subscribe(() => {
      throw new Error("broken subscriber");
    });
    log.subscribe((event) => heard.push(event.id));
    log.publish("circuit", "circuit.opened", {});
    expect(heard).toEqual([1]);
    expect(errors).toHaveLength(1);
  });
});
