import type { Clock } from "../../kernel/clock.ts";

/**
 * Lets something be said at most once in `intervalMs`, with how often it happened since it was said
 * last: for log lines about what a misbehaving server may do millions of times.
 */
export function createThrottledNotice(
  options: { readonly intervalMs: number },
  deps: { readonly clock: Clock; readonly say: (count: number, example: string) => void },
): (example: string) => void {
  let saidAt: number | undefined;
  let count = 0;
  return (example) => {
    count += 1;
    const now = deps.clock.monotonic();
    if (saidAt !== undefined && now - saidAt < options.intervalMs) return;
    saidAt = now;
    deps.say(count, example.slice(0, 200));
    count = 0;
  };
}
