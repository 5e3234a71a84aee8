import { fork, type ChildProcess } from "node:child_process";
import { abortable } from "../../../kernel/abort.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import { inferenceEntry } from "./inference-entry.ts";
import type { InferenceAnswer, InferenceRequest, InferenceSettings } from "./inference-protocol.ts";

/** How the loading of a model ended. */
export type LoadAnswer = Extract<InferenceAnswer, { kind: "loaded" | "unavailable" }>;

/** One life of the model's process. */
export interface InferenceLink {
  readonly isEnded: boolean;
  /** @throws the signal's reason, or Error when the process ends or makes no progress. */
  load(settings: InferenceSettings, signal: AbortSignal): Promise<LoadAnswer>;
  /** @throws the signal's reason, or Error when the model fails, the process ends or takes too long. */
  embed(
    texts: readonly string[],
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<Float32Array>;
  /** Ends the process at once; what waits fails with `reason`. */
  end(reason: Error): void;
}

/** A download that has not moved for so long is given up. */
const STALL_MS = 120_000;
/** The place of the load request among those that wait; embed requests count from 1. */
const LOAD = 0;

interface Waiting {
  readonly resolve: (answer: InferenceAnswer) => void;
  readonly reject: (error: Error) => void;
  timer: Timer;
}

/**
 * Starts the process. `onProgress` hears of downloads. While nothing waits on it, the process does
 * not keep the daemon alive; it ends with the daemon however that ends, since its channel closes.
 */
export function startInference(
  onProgress: (loadedBytes: number, totalBytes: number) => void,
  { clock }: { readonly clock: Clock },
): InferenceLink {
  return new InferenceProcess(onProgress, clock);
}

class InferenceProcess implements InferenceLink {
  readonly #waiting = new Map<number, Waiting>();
  readonly #onProgress: (loadedBytes: number, totalBytes: number) => void;
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  #lastId = LOAD;
  #isEnded = false;

  constructor(onProgress: (loadedBytes: number, totalBytes: number) => void, clock: Clock) {
    this.#onProgress = onProgress;
    this.#clock = clock;
    this.#child = fork(...forkArguments());
    this.#child.on("error", (error) => this.end(error));
    this.#child.on("exit", (code, signal) => {
      this.end(new Error(`the model's process ended (${signal ?? `exit code ${code}`})`));
    });
    this.#child.on("message", (message) => this.#receive(message as InferenceAnswer));
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  async load(settings: InferenceSettings, signal: AbortSignal): Promise<LoadAnswer> {
    const timer = this.#limit(STALL_MS, "the model was not loaded");
    const answer = this.#ask(LOAD, { kind: "load", settings }, timer);
    return (await abortable(answer, signal)) as LoadAnswer;
  }

  async embed(
    texts: readonly string[],
    { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<Float32Array> {
    this.#lastId += 1;
    const id = this.#lastId;
    const timer = this.#limit(timeoutMs, "the model did not answer");
    const cancel = (): void => void this.#child.send({ kind: "cancel", id }, () => undefined);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const asked = this.#ask(id, { kind: "embed", id, texts }, timer);
      const answer = await abortable(asked, signal);
      if (answer.kind === "vectors") return answer.vectors;
      throw new Error(answer.kind === "failed" ? answer.message : "an unexpected answer");
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  end(reason: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#child.kill("SIGKILL");
    for (const entry of this.#waiting.values()) {
      entry.timer[Symbol.dispose]();
      entry.reject(reason);
    }
    this.#waiting.clear();
  }

  #ask(id: number, request: InferenceRequest, timer: Timer): Promise<InferenceAnswer> {
    this.#keepAlive(true);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, timer });
      this.#child.send(request, (error) => error && this.end(error));
    });
  }

  #receive(answer: InferenceAnswer): void {
    if (answer.kind === "progress") {
      this.#progressed(answer.loadedBytes, answer.totalBytes);
      return;
    }
    const id = "id" in answer ? answer.id : LOAD;
    const entry = this.#waiting.get(id);
    if (entry === undefined) return;
    this.#waiting.delete(id);
    entry.timer[Symbol.dispose]();
    if (this.#waiting.size === 0) this.#keepAlive(false);
    entry.resolve(answer);
  }

  #progressed(loadedBytes: number, totalBytes: number): void {
    const entry = this.#waiting.get(LOAD);
    entry?.timer[Symbol.dispose]();
    if (entry !== undefined) entry.timer = this.#limit(STALL_MS, "the download made no progress");
    this.#onProgress(loadedBytes, totalBytes);
  }

  #limit(timeoutMs: number, what: string): Timer {
    return this.#clock.after(timeoutMs, () => {
      this.end(new Error(`${what} within ${timeoutMs} ms`));
    });
  }

  #keepAlive(isWanted: boolean): void {
    const change = isWanted ? "ref" : "unref";
    this.#child[change]();
    this.#child.channel?.[change]();
  }
}

/** Structured clones, since vectors are typed arrays. */
function forkArguments(): Parameters<typeof fork> {
  const { path, execArgv } = inferenceEntry();
  const stdio = ["ignore", "ignore", "ignore", "ipc"] as const;
  return [path, [], { execArgv, serialization: "advanced", stdio: [...stdio] }];
}
