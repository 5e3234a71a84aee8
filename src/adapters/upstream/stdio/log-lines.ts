import type { Readable } from "node:stream";
import type { Clock } from "../../../kernel/clock.ts";

const MAX_LINE_LENGTH = 8_192;
const SECOND_MS = 1_000;
const LF = 0x0a;

/**
 * Reads a process's log output line by line: lines are cut at 8 KiB, and those beyond the rate are
 * dropped and counted in a line of our own. The stream is always drained, so that a flood neither
 * blocks the process nor fills memory.
 */
export function readLogLines(
  stream: Readable,
  options: { readonly linesPerSecond: number; readonly clock: Clock },
  onLine: (line: string) => void,
): void {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let windowStart = options.clock.monotonic();
  let linesLeft = options.linesPerSecond;
  let dropped = 0;

  function refill(): void {
    const now = options.clock.monotonic();
    if (now - windowStart < SECOND_MS) return;
    windowStart = now;
    linesLeft = options.linesPerSecond;
    if (dropped > 0) onLine(`(${dropped} bytes of output left out)`);
    dropped = 0;
  }

  function emit(tail: Buffer): void {
    linesLeft -= 1;
    const line = Buffer.concat([...rest, tail]).subarray(0, MAX_LINE_LENGTH);
    rest = [];
    restBytes = 0;
    onLine(line.toString("utf8").replace(/\r$/, ""));
  }

  function keep(part: Buffer): void {
    const room = MAX_LINE_LENGTH - restBytes;
    if (room <= 0 || part.length === 0) return;
    rest.push(Buffer.from(part.subarray(0, room)));
    restBytes += Math.min(room, part.length);
  }

  stream.on("data", (chunk: Buffer) => {
    refill();
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1 && linesLeft > 0; end = chunk.indexOf(LF, start)) {
      emit(chunk.subarray(start, end));
      start = end + 1;
    }
    if (linesLeft > 0) keep(chunk.subarray(start));
    else dropped += chunk.length - start;
  });
  stream.on("end", () => {
    if (restBytes > 0 && linesLeft > 0) emit(Buffer.alloc(0));
  });
  stream.on("error", () => undefined);
}
