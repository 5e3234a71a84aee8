import type { Writable } from "node:stream";

export interface GuardedOutput {
  /**
   * Waits until what was written has gone out. A reader that has left, as in `switchboard tools |
   * head`, is no failure.
   * @throws the stream's error otherwise, for example when a disk is full.
   */
  flush(): Promise<void>;
}

/** Keeps a stream's errors from ending the process; they are told by `flush`. */
export function guardOutput(output: Writable): GuardedOutput {
  let failure: Error | undefined;
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") failure ??= error;
  });
  return {
    async flush() {
      if (!output.destroyed && !output.writableEnded) {
        await new Promise<void>((resolve) => output.write("", () => resolve()));
      }
      if (failure !== undefined) throw failure;
    },
  };
}
