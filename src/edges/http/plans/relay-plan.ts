import type { PlanEvent, PlanRun } from "../../../core/plans/index.ts";
import type { EventStream } from "../event-stream.ts";
import type { EarlierEvent, PlanFinished } from "./plan-json.ts";

/** From where on events are passed on, and how they are written. */
export interface RelayOptions {
  readonly afterId: number;
  readonly write: (event: EarlierEvent) => Uint8Array;
}

/**
 * Passes a run's events on as fast as they are read: a run remembers its events, so a congested
 * stream is given no more until it has drained. Those that were forgotten meanwhile are told as an
 * event `gap`. Resolves with the last event, which is not passed on; with `undefined` when the
 * stream ends first.
 */
export function relayPlan(
  run: PlanRun,
  stream: EventStream,
  { afterId, write }: RelayOptions,
): Promise<PlanFinished | undefined> {
  return new Promise((resolve) => {
    let state: "idle" | "listening" | "ended" = "idle";
    let lastId = afterId;
    let subscription: Disposable | undefined;

    function tell(event: PlanEvent): void {
      if (state !== "listening") return;
      if (event.id > lastId + 1) {
        stream.send("gap", JSON.stringify({ after: lastId, next: event.id }));
      }
      lastId = event.id;
      if (event.type === "plan.finished") return end(event);
      stream.send(event.type, write(event), event.id);
      if (stream.isCongested) stop("idle");
    }

    function listen(): void {
      if (state !== "idle") return;
      state = "listening";
      subscription = run.follow(lastId, tell);
      // What is remembered is told before the subscription is there.
      if (!isListening()) subscription[Symbol.dispose]();
    }

    function isListening(): boolean {
      return state === "listening";
    }

    function stop(next: "idle" | "ended"): void {
      state = next;
      subscription?.[Symbol.dispose]();
    }

    function end(event: PlanFinished | undefined): void {
      stop("ended");
      resolve(event);
    }

    stream.closed.addEventListener("abort", () => end(undefined), { once: true });
    stream.onDrain(listen);
    listen();
  });
}
