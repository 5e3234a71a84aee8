/**
 * What ends work early: an `AbortSignal`, or an `Abort`, which costs a fraction of it to make and to
 * listen to.
 */
export interface Cancellation {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A cancellation for the hot path: no events, no weak references, only a list of who wants to know. */
export class Abort implements Cancellation {
  readonly #listeners: (() => void)[] = [];
  aborted = false;
  reason: unknown;

  /** Tells every listener, once; the first reason stays. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (!this.aborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners.lastIndexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}

/** A cancellation that someone owns and must let go of. */
export interface OwnedCancellation<Signal extends Cancellation = Cancellation> extends Disposable {
  readonly signal: Signal;
  abort(reason: unknown): void;
}

/** A real signal that someone owns and must let go of. */
export type OwnedAbort = OwnedCancellation<AbortSignal>;

/** As `childAbort`, for work that needs no real signal. */
export function childCancellation(parent: Cancellation | undefined): OwnedCancellation {
  const abort = new Abort();
  return following(parent, { signal: abort, abort: (reason) => abort.abort(reason) });
}

/**
 * A signal that aborts with its parent, or when told. Disposing detaches it from the parent, so that
 * a long-lived parent does not gather listeners.
 */
export function childAbort(parent?: Cancellation): OwnedAbort {
  const controller = new AbortController();
  const { signal } = controller;
  return following(parent, { signal, abort: (reason) => controller.abort(reason) });
}

function following<Signal extends Cancellation>(
  parent: Cancellation | undefined,
  { signal, abort }: Omit<OwnedCancellation<Signal>, typeof Symbol.dispose>,
): OwnedCancellation<Signal> {
  const onAbort = (): void => abort(parent?.reason);
  if (parent?.aborted === true) onAbort();
  else parent?.addEventListener("abort", onAbort, { once: true });
  return { signal, abort, [Symbol.dispose]: () => parent?.removeEventListener("abort", onAbort) };
}

/** A cancellation that several parties hold: it aborts when the last of them has let go. */
export interface SharedAbort {
  readonly signal: Cancellation;
  /** Adds a holder. */
  join(): void;
  /** Takes a holder away; `reason` counts if it was the last. */
  leave(reason: unknown): void;
}

/** Makes a shared abort with one holder. */
export function createSharedAbort(): SharedAbort {
  const signal = new Abort();
  let holders = 1;
  return {
    signal,
    join() {
      holders += 1;
    },
    leave(reason) {
      holders -= 1;
      if (holders === 0) signal.abort(reason);
    },
  };
}

/** A real `AbortSignal` that follows a cancellation, for what takes no other. */
export function toAbortSignal(cancellation: Cancellation): AbortSignal {
  return cancellation instanceof AbortSignal ? cancellation : childAbort(cancellation).signal;
}

/**
 * Waits for a promise no longer than the signal lives. The work behind the promise goes on; only the
 * waiting ends.
 * @throws the signal's reason when it aborts first.
 */
export function abortable<Value>(work: Promise<Value>, signal: Cancellation): Promise<Value> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
