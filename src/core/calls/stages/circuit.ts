import { GatewayError } from "../../../kernel/errors.ts";
import { verdictOf, type CircuitBreakers, type Verdict } from "../../resilience/index.ts";
import { failed, type Ending, type Stage } from "../stage.ts";

/** When to come back while another call probes the server, in milliseconds. */
const PROBING_RETRY_MS = 1_000;

/** Passes attempts through the circuit of their server, which learns from how they end. */
export function createCircuitStage(
  options: { readonly minTimeoutMs: number },
  deps: { readonly circuits: Pick<CircuitBreakers, "circuit" | "status"> },
): Stage {
  const judge = (ending: Ending): Verdict => {
    if (ending.kind === "failure") return verdictOf(ending.error, options);
    return ending.kind === "cancelled" ? "neutral" : "success";
  };
  return (call, next) => {
    const { server } = call.tool;
    const circuit = deps.circuits.circuit(server);
    call.notes.circuit = circuit.state;
    const ending = circuit.run(() => next(call), judge);
    if (ending !== undefined) return ending;
    const retryAfterMs = deps.circuits.status(server).retryAfterMs || PROBING_RETRY_MS;
    const message = `The server "${server}" keeps failing and is left alone; try again in ${retryAfterMs} ms.`;
    return failed(new GatewayError("circuit-open", message, { server, retryAfterMs }));
  };
}
