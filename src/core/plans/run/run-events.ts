import type { Logger } from "../../../kernel/log.ts";
import { createTypedEvents } from "../../../kernel/typed-events.ts";
import type { PlanEvent } from "../plan-events.ts";

type WithoutPlace<Event> = Event extends unknown ? Omit<Event, "id" | "atMs"> : never;
/** What happened, before it has a number and a time. */
export type Happening = WithoutPlace<PlanEvent>;

/** The events of one run: the latest are remembered for those who come later. */
export interface RunEvents {
  /** Of the latest event; 0 before the first. */
  readonly lastId: number;
  tell(happening: Happening, atMs: number): void;
  /** See `PlanRun.follow`. */
  follow(afterId: number, listener: (event: PlanEvent) => void): Disposable;
}

/** Latest events of a run that are remembered; a plan with more steps is told in full to whoever follows it from its start. */
export const MAX_EVENTS = 4_096;

/** Makes the events of a run. What a listener throws is logged and stops nobody. */
export function createRunEvents({ log }: { readonly log: Logger }): RunEvents {
  const latest: PlanEvent[] = [];
  let lastId = 0;
  const onError = (error: unknown): void =>
    log.error({ err: error }, "A listener of a plan's events failed.");
  const live = createTypedEvents<{ event: PlanEvent }>(onError);

  return {
    get lastId() {
      return lastId;
    },
    tell(happening, atMs) {
      lastId += 1;
      const event: PlanEvent = { ...happening, id: lastId, atMs };
      latest[(lastId - 1) % MAX_EVENTS] = event;
      live.emit("event", event);
    },
    follow(afterId, listener) {
      const first = Math.max(1, lastId - MAX_EVENTS + 1, afterId + 1);
      const past = Array.from(
        { length: Math.max(0, lastId - first + 1) },
        (_, index) => latest[(first - 1 + index) % MAX_EVENTS]!,
      );
      for (const event of past) listener(event);
      return live.on("event", listener);
    },
  };
}
