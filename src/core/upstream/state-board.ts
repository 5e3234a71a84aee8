import type { Clock } from "../../kernel/clock.ts";
import type { Metrics } from "../metrics/index.ts";
import type { ServerState } from "./upstreams.ts";

const STATES = [
  "connecting",
  "ready",
  "degraded",
  "disconnected",
  "needs-auth",
  "disabled",
] as const satisfies readonly ServerState[];

/** Shows the state a server is in. */
export interface StateBoard {
  readonly state: ServerState;
  readonly reason: string | undefined;
  /** When the state began, milliseconds since the epoch. */
  readonly since: number;
  /** Enters a state, or changes the reason for the present one. */
  set(state: ServerState, reason?: string): void;
}

/** Makes a board; `onChange` hears of every change of state (not of reason alone). */
export function createStateBoard(
  options: { readonly server: string; readonly state: ServerState; readonly reason?: string },
  deps: { readonly clock: Clock; readonly metrics: Metrics; readonly onChange: () => void },
): StateBoard {
  const { server } = options;
  const gauges = STATES.map((state) => ({
    state,
    gauge: deps.metrics.bind("upstreamState", { server, state }),
  }));
  const show = (shown: ServerState): void => {
    for (const { state, gauge } of gauges) gauge.set(state === shown ? 1 : 0);
  };
  let { state, reason } = options;
  let since = deps.clock.now();
  show(state);
  return {
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get since() {
      return since;
    },
    set(next, nextReason) {
      reason = nextReason;
      if (next === state) return;
      state = next;
      since = deps.clock.now();
      show(state);
      deps.onChange();
    },
  };
}
