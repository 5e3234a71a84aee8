import { fork, type ChildProcess } from "node:child_process";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { countProcessEntry } from "./count-process-entry.ts";
import type { CountAnswer, CountRequest } from "./count-protocol.ts";

/** One life of the tokenizer's process. */
export interface CountProcess {
  /** @throws Error when the process fails, ends, or does not answer in time. */
  count(texts: readonly string[], timeoutMs: number): Promise<readonly number[]>;
  /** Ends the process; what still waits fails. */
  end(reason: Error): void;
}

interface Waiting {
  readonly resolve: (counts: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

/** What a process tells of itself. */
export interface CountProcessEvents {
  /** Nothing waits for it any more. */
  onIdle(): void;
  /** It is gone and takes no more work. */
  onEnd(): void;
}

/** Starts the process. While nothing waits on it, it does not keep the daemon alive. */
export function startCountProcess(
  events: CountProcessEvents,
  { clock }: { readonly clock: Clock },
): CountProcess {
  const waiting = new Map<number, Waiting>();
  const child = fork(...forkArguments());
  let lastId = 0;
  let isEnded = false;

  function end(reason: Error): void {
    if (isEnded) return;
    isEnded = true;
    child.kill("SIGKILL");
    events.onEnd();
    for (const entry of waiting.values()) {
      entry.timer[Symbol.dispose]();
      entry.reject(reason);
    }
    waiting.clear();
  }

  child.on("error", end);
  child.on("exit", (code, signal) => {
    end(new Error(`the tokenizer's process ended (${signal ?? `exit code ${code}`})`));
  });
  child.on("message", (message) => {
    const answer = message as CountAnswer;
    const entry = waiting.get(answer.id);
    if (entry === undefined) return;
    waiting.delete(answer.id);
    entry.timer[Symbol.dispose]();
    if (waiting.size === 0) {
      keepAlive(child, false);
      events.onIdle();
    }
    if ("counts" in answer) entry.resolve(answer.counts);
    else entry.reject(new Error(`the tokenizer failed: ${answer.error}`));
  });

  return {
    count(texts, timeoutMs) {
      keepAlive(child, true);
      lastId += 1;
      const request: CountRequest = { id: lastId, texts };
      return new Promise((resolve, reject) => {
        const timer = clock.after(timeoutMs, () =>
          end(new Error(`the tokenizer did not answer within ${timeoutMs} ms`)),
        );
        waiting.set(request.id, { resolve, reject, timer });
        child.send(request, (error) => error && end(error));
      });
    },
    end,
  };
}

/** No environment: the process needs none, and the daemon's may hold secrets. */
function forkArguments(): Parameters<typeof fork> {
  const { path, execArgv } = countProcessEntry();
  return [path, [], { execArgv, env: {}, stdio: ["ignore", "ignore", "ignore", "ipc"] }];
}

function keepAlive(child: ChildProcess, isWanted: boolean): void {
  const change = isWanted ? "ref" : "unref";
  child[change]();
  child.channel?.[change]();
}
