/** How child processes are started, read and stopped. */
export interface StdioOptions {
  /** Largest message on a child's stdout, in bytes; a longer line ends the connection. 1,024–1,073,741,824, default 10 MiB. */
  readonly maxLineBytes: number;
  /** Bytes that may wait for a child to read its stdin. 65,536–1,073,741,824, default 16 MiB. */
  readonly maxBufferedBytes: number;
  /** Requests under way at once on one child. 1–100,000, default 1,024. */
  readonly maxInFlight: number;
  /** How long a child may take to end after its stdin was closed, in ms. 0–60,000, default 1,000. */
  readonly stopGraceMs: number;
  /** How long its process group may take to end after SIGTERM, before SIGKILL, in ms. 0–60,000, default 2,000. */
  readonly killGraceMs: number;
  /** Lines of stderr taken up within a second; more are dropped and counted. 1–100,000, default 100. */
  readonly stderrLinesPerSecond: number;
}

export const STDIO_DEFAULTS: StdioOptions = {
  maxLineBytes: 10 * 1024 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  maxInFlight: 1_024,
  stopGraceMs: 1_000,
  killGraceMs: 2_000,
  stderrLinesPerSecond: 100,
};
