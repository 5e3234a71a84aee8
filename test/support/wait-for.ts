import { setTimeout as sleep } from "node:timers/promises";

/** How long to keep asking (default 5,000 ms), how often (default every 20 ms), and what for, in words. */
export type WaitOptions = { what: string; timeoutMs?: number; everyMs?: number };

/**
 * Asks again and again until the condition answers something truthy, and gives that answer back.
 * A condition that throws counts as not met yet.
 *
 * @throws Error naming `what`, how long was waited and the last answer or error.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 5000, everyMs = 20 }: WaitOptions,
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const startedMs = performance.now();
  let last: string;
  do {
    try {
      const answer = await condition();
      if (answer) {
        return answer as Exclude<T, false | null | undefined | 0 | "">;
      }
      last = `last answer: ${String(answer)}`;
    } catch (error) {
      last = `last error: ${error instanceof Error ? error.message : String(error)}`;
    }
    await sleep(everyMs);
  } while (performance.now() - startedMs < timeoutMs);
  throw new Error(`waited ${timeoutMs} ms in vain for ${what} (${last})`);
}
