import type { Logger } from "../kernel/log.ts";

/** One step of the shutdown and how long it may take, in milliseconds. */
export interface ShutdownPhase {
  readonly name: string;
  readonly timeoutMs: number;
  readonly run: () => unknown;
}

/** Runs phases in order. One that takes too long or fails is logged, and the next begins. */
export async function shutDown(phases: readonly ShutdownPhase[], log: Logger): Promise<void> {
  for (const { name, timeoutMs, run } of phases) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), timeoutMs);
    });
    try {
      const ended = await Promise.race([Promise.resolve(run()), late]);
      if (ended === "late")
        log.warn({ phase: name, timeoutMs }, "A phase of the shutdown timed out.");
    } catch (error) {
      log.error({ phase: name, err: error }, "A phase of the shutdown failed.");
    } finally {
      clearTimeout(timer);
    }
  }
}
