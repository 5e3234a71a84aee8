import { GatewayError } from "../../kernel/errors.ts";

/** Aborts on the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    // The servers' processes are ended by the reaper, which survives this.
    if (controller.signal.aborted) process.kill(process.pid, "SIGKILL");
    else controller.abort(new GatewayError("cancelled", "Stopped by a signal.", {}));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  return controller.signal;
}
