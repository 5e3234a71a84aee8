import type { Clock } from "../../kernel/clock.ts";
import { RedisTimeoutError } from "./redis-trouble.ts";

/**
 * Waits for an answer no longer than `timeoutMs`. When this process was busy for that long, the
 * answer may be waiting to be read: it gets one turn of the event loop for that.
 * @throws RedisTimeoutError
 */
export function withinDeadline<Answer>(
  answer: Promise<Answer>,
  timeoutMs: number,
  clock: Clock,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      setImmediate(() => reject(new RedisTimeoutError(timeoutMs)));
    });
    answer.then(
      (value) => (timer[Symbol.dispose](), resolve(value)),
      (error: Error) => (timer[Symbol.dispose](), reject(error)),
    );
  });
}
