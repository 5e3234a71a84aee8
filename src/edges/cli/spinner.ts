import type { Writable } from "node:stream";
import { truncate } from "./text/display-width.ts";
import { singleLine } from "./text/safe-text.ts";

/** A line that says what is going on; disposing takes it away. */
export interface ProgressLine extends Disposable {
  update(text: string): void;
}

export interface Spinner {
  /** Shows a line from the next tick on, so that what is done at once shows nothing. */
  start(text: string): ProgressLine;
  /** Takes the line away until the next tick, so that something can be written in its place. */
  clear(): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const TICK_MS = 100;
const ERASE_LINE = "\r\u001b[2K";

/** A spinner on `stream`; silent unless `shown`. */
export function createSpinner(stream: Writable, shown: boolean, columns: number): Spinner {
  let visible = false;
  const clear = (): void => {
    if (visible) stream.write(ERASE_LINE);
    visible = false;
  };
  return {
    clear,
    start(text) {
      let current = text;
      let frame = 0;
      if (!shown) return { update: () => undefined, [Symbol.dispose]: () => undefined };
      const timer = setInterval(() => {
        const line = truncate(singleLine(current), Math.max(10, columns - 3));
        stream.write(`${ERASE_LINE}${FRAMES[frame % FRAMES.length]} ${line}`);
        visible = true;
        frame += 1;
      }, TICK_MS);
      timer.unref();
      return {
        update(next) {
          current = next;
        },
        [Symbol.dispose]() {
          clearInterval(timer);
          clear();
        },
      };
    },
  };
}
