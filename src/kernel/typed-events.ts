/** Sends events of known shapes to whoever listens. */
export interface TypedEvents<Events extends object> {
  /** Listens until disposed. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Disposable;
  /** Tells every listener, in order of arrival; a listener that throws does not stop the others. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** Makes an event source; `onError` hears what listeners throw. */
export function createTypedEvents<Events extends object>(
  onError: (error: unknown) => void,
): TypedEvents<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return { [Symbol.dispose]: () => void set.delete(listener) };
    },
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as (event: unknown) => void)(event);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
