/** An abort signal that someone owns and must let go of. */
export interface OwnedAbort extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/**
 * A signal that aborts with its parent, or when told. Disposing detaches it from the parent, so that
 * a long-lived parent does not gather listeners.
 */
export function childAbort(parent?: AbortSignal): OwnedAbort {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted === true) onAbort();
  else parent?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => parent?.removeEventListener("abort", onAbort),
  };
}

/** An abort signal that several parties hold: it aborts when the last of them has let go. */
export interface SharedAbort {
  readonly signal: AbortSignal;
  /** Adds a holder. */
  join(): void;
  /** Takes a holder away; `reason` counts if it was the last. */
  leave(reason: unknown): void;
}

/** Makes a shared abort with one holder. */
export function createSharedAbort(): SharedAbort {
  const controller = new AbortController();
  let holders = 1;
  return {
    signal: controller.signal,
    join() {
      holders += 1;
    },
    leave(reason) {
      holders -= 1;
      if (holders === 0) controller.abort(reason);
    },
  };
}

/**
 * Waits for a promise no longer than the signal lives. The work behind the promise goes on; only the
 * waiting ends.
 * @throws the signal's reason when it aborts first.
 */
export function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
