import type { LiveArea } from "./live-area.ts";
import { truncate } from "./text/display-width.ts";
import { singleLine } from "./text/safe-text.ts";

/** A line that says what is going on; disposing takes it away. */
export interface ProgressLine extends Disposable {
  update(text: string): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** What turns before a line in its `frame`th drawing. */
export function spinnerFrame(frame: number): string {
  return FRAMES[frame % FRAMES.length]!;
}

/** Shows a line with a spinner in a live area. */
export function startSpinner(area: LiveArea, text: string, columns: number): ProgressLine {
  let current = text;
  const shown = area.show((frame) => {
    const line = truncate(singleLine(current), Math.max(10, columns - 3));
    return [`${spinnerFrame(frame)} ${line}`];
  });
  return {
    update(next) {
      current = next;
    },
    [Symbol.dispose]: () => shown[Symbol.dispose](),
  };
}
