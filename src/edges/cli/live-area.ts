import type { Writable } from "node:stream";

/** A few lines at the end of a terminal that change while something goes on. */
export interface LiveArea {
  /**
   * Draws the lines that `render` gives, from the next tick on, so that what is done at once shows
   * nothing, and anew with each tick. None may be wider than the terminal. Disposing takes them away.
   */
  show(render: (frame: number) => readonly string[]): Disposable;
  /** Takes the lines away until the next tick, so that something can be written in their place. */
  clear(): void;
}

const TICK_MS = 100;
const ERASE_LINE = "\r\u001b[2K";
const UP = "\u001b[1A";

/** A live area on `stream`; silent unless `shown`. */
export function createLiveArea(stream: Writable, shown: boolean): LiveArea {
  let height = 0;
  const erasing = (): string =>
    height === 0 ? "" : ERASE_LINE + (UP + ERASE_LINE).repeat(height - 1);
  const clear = (): void => {
    if (height > 0) stream.write(erasing());
    height = 0;
  };
  return {
    clear,
    show(render) {
      if (!shown) return { [Symbol.dispose]: () => undefined };
      let frame = 0;
      const timer = setInterval(() => {
        const lines = render(frame);
        stream.write((height === 0 ? ERASE_LINE : erasing()) + lines.join("\n"));
        height = lines.length;
        frame += 1;
      }, TICK_MS);
      timer.unref();
      return {
        [Symbol.dispose]() {
          clearInterval(timer);
          clear();
        },
      };
    },
  };
}
