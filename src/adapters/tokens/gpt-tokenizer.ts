import { abortable } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Tokenizer } from "../../core/tokens/index.ts";
import { startCountProcess, type CountProcess } from "./count-process-link.ts";
import { GPT_TOKENIZER_DEFAULTS, type GptTokenizerOptions } from "./options.ts";

/**
 * The o200k_base tokenizer, in a process of its own that starts with the first text and ends when it
 * is idle. A process and not a thread: the encoder's tables take 65 MB, and a thread that has ended
 * leaves half of that in the daemon. An abort ends the waiting; the batch under way runs on.
 */
export function createGptTokenizer(
  options: Partial<GptTokenizerOptions>,
  deps: { readonly clock: Clock },
): Tokenizer {
  const settings = { ...GPT_TOKENIZER_DEFAULTS, ...options };
  let current: CountProcess | undefined;
  let idle: Timer | undefined;
  let isDisposed = false;

  function start(): CountProcess {
    const started = startCountProcess(
      {
        onIdle() {
          idle = deps.clock.after(settings.idleMs, () => started.end(new Error("idle")));
        },
        onEnd() {
          if (current === started) current = undefined;
          idle?.[Symbol.dispose]();
        },
      },
      deps,
    );
    return started;
  }

  return {
    name: "o200k_base",
    async count(texts, { signal }) {
      if (isDisposed) throw new Error("the tokenizer was disposed");
      signal.throwIfAborted();
      if (texts.length === 0) return [];
      idle?.[Symbol.dispose]();
      current ??= start();
      return abortable(current.count(texts, settings.timeoutMs), signal);
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      current?.end(new Error("the tokenizer was disposed"));
    },
  };
}
