import type { RawServerOptions } from "./options.ts";
import { changeTools, notifyAll } from "./state.ts";
import type { RawState, RawStats, ToolChange } from "./state.ts";

/** A raw server that runs inside the test. `close` cuts every connection; `await using` does the same. */
export type RawServer = AsyncDisposable & {
  url: string;
  stats: RawStats;
  /** Changes how it behaves from now on. */
  behave(changes: RawServerOptions): void;
  changeTools(change: ToolChange): void;
  /** Sends a notification without parameters to everybody who listens. */
  notify(method: string): void;
  close(): Promise<void>;
};

/** Completes what the starters give back. */
export function asRawServer(url: string, state: RawState, close: () => Promise<void>): RawServer {
  return {
    url,
    stats: state.stats,
    behave: (changes) => void Object.assign(state.options, changes),
    changeTools: (change) => changeTools(state, change),
    notify: (method) => notifyAll(state, method),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Cuts a text into about twenty pieces. */
export function piecesOf(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 20));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
