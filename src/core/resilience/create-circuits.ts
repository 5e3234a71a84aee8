import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import { createTypedEvents } from "../../kernel/typed-events.ts";
import type { ServerId } from "../catalog/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { Circuit, Circuits, CircuitStatus, GateState } from "./circuits.ts";
import type { CircuitOptions } from "./options.ts";
import { ServerCircuit } from "./server-circuit.ts";

/** What circuits are made of. */
export interface CircuitsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The circuits as the gateway's own parts use them. */
export interface CircuitBreakers extends Circuits, Disposable {
  /** The circuit of a server, made closed when it is first asked for. */
  circuit(server: ServerId): Circuit;
  /** Drops the circuit of a server that is gone. */
  forget(server: ServerId): void;
}

const STATES: readonly GateState[] = ["closed", "open", "half-open"];

/** Makes the circuits: one per server, independent of each other. */
export function createCircuits(options: CircuitOptions, deps: CircuitsDeps): CircuitBreakers {
  const circuits = new Map<ServerId, ServerCircuit>();
  const events = createTypedEvents<{ transition: CircuitStatus }>((error) =>
    deps.log.error({ err: error }, "A listener of circuit changes failed."),
  );

  function circuitOf(server: ServerId): ServerCircuit {
    const known = circuits.get(server);
    if (known !== undefined) return known;
    const { clock, random } = deps;
    const onTransition = (state: GateState): void => {
      tell(server, state);
      events.emit("transition", status(server));
    };
    const circuit = new ServerCircuit(options, { clock, random, onTransition });
    circuits.set(server, circuit);
    showState(deps.metrics, server, "closed");
    return circuit;
  }

  function tell(server: ServerId, state: GateState): void {
    showState(deps.metrics, server, state);
    deps.metrics.bind("circuitTransitions", { server, to: state }).add();
    const { failures, forced, retryAfterMs } = status(server);
    const fields = { server, state, failures, forced, retryAfterMs };
    if (state === "open") deps.log.warn(fields, "The circuit of a server opened.");
    else deps.log.info(fields, "The circuit of a server changed.");
  }

  function status(server: ServerId): CircuitStatus {
    const circuit = circuits.get(server);
    if (circuit === undefined) {
      return { server, state: "closed", forced: false, failures: 0, retryAfterMs: 0 };
    }
    const { state, forced, failures, retryAfterMs } = circuit;
    return { server, state, forced, failures, retryAfterMs };
  }

  return {
    circuit: circuitOf,
    status,
    force(server, action) {
      const circuit = circuitOf(server);
      if (action === "open") circuit.forceOpen();
      else if (action === "close") circuit.forceClose();
      else circuit.reset();
      return status(server);
    },
    forget(server) {
      circuits.get(server)?.[Symbol.dispose]();
      circuits.delete(server);
    },
    onTransition: (listener) => events.on("transition", listener),
    [Symbol.dispose]() {
      for (const circuit of circuits.values()) circuit[Symbol.dispose]();
      circuits.clear();
    },
  };
}

function showState(metrics: Metrics, server: ServerId, current: GateState): void {
  for (const state of STATES) {
    metrics.bind("circuitState", { server, state }).set(state === current ? 1 : 0);
  }
}
