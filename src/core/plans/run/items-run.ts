import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { arrayItems, slice } from "../../../mcp/json-scan.ts";
import type { CompiledStep, PlanScope } from "../compiled-plan.ts";
import { COMPOSITES_SERVER } from "../options.ts";
import type { StepFailure } from "../plan-report.ts";
import type { Task } from "../schedule/ready-queue.ts";
import { StepError } from "../step-error.ts";
import { failureOf, type CallEnding } from "./call-ending.ts";
import { CallJob, type JobHost } from "./call-job.ts";
import type { ItemCounts } from "./step-state.ts";

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const NULL = /* @__PURE__ */ new TextEncoder().encode("null");

/** Items of which it is told how the plans behind them ended that were left; the log has them all. */
const MAX_LATE = 10;

/** The items of one `forEach`, and who hears of them. */
export interface ItemsSpec {
  readonly step: CompiledStep;
  readonly items: readonly RawJson[];
  readonly scope: PlanScope;
  readonly priority: number;
  readonly position: number;
  onBegin(): void;
  onRetry(failure: StepFailure): void;
  /** An item has ended, with its value if it has one. */
  onItem(index: number, value: RawJson | undefined): void;
  /** What stands in for the value of a failed item has been made. */
  onFallback(value: RawJson): void;
  /** All have ended that were begun, and no more will be. */
  onEnd(): void;
}

/**
 * The array that `forEach` goes through.
 * @throws StepError as the template, `not-an-array`, `too-many-items`.
 */
export function readItems(
  step: CompiledStep,
  scope: PlanScope,
  maxItems: number,
): readonly RawJson[] {
  const { bytes } = step.forEach!.items.render(scope);
  const items = spansOf(bytes);
  if (items === undefined) {
    const start = new TextDecoder().decode(bytes.subarray(0, 80));
    throw new StepError("not-an-array", `forEach of "${step.id}" wants an array, got ${start}.`);
  }
  if (items.length > maxItems) {
    const message = `forEach of "${step.id}" has ${items.length} items, plans.maxItems allows ${maxItems}.`;
    throw new StepError("too-many-items", message);
  }
  return items.map((span) => rawJson(slice(bytes, span)));
}

function spansOf(bytes: Uint8Array): ReturnType<typeof arrayItems> | undefined {
  try {
    return arrayItems(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Runs the items of a `forEach`. It stands in the ready queue as one task, and each time it is
 * taken it begins one item and queues again: ten thousand items do not make ten thousand tasks.
 */
export class ItemsRun implements Task {
  readonly lane: string;
  readonly takesSlot: boolean;
  readonly priority: number;
  readonly position: number;
  readonly #spec: ItemsSpec;
  readonly #host: JobHost;
  /** Items under way at once; one that waits to be tried again is under way. */
  readonly #window: number;
  readonly #values: (RawJson | undefined)[];
  /** Tries at the upstream, of all items together. */
  attempts = 0;
  #begun = 0;
  #ended = 0;
  #succeeded = 0;
  #failed = 0;
  #firstFailure: string | undefined;
  readonly #late: string[] = [];
  #longestMs = 0;
  #sumMs = 0;
  #isQueued = false;
  #isStopped = false;
  #hasEnded = false;

  constructor(spec: ItemsSpec, host: JobHost) {
    this.lane = spec.step.server;
    this.takesSlot = spec.step.server !== COMPOSITES_SERVER;
    this.priority = spec.priority;
    this.position = spec.position;
    this.#spec = spec;
    this.#host = host;
    this.#window = spec.step.forEach?.concurrency ?? Infinity;
    this.#values = spec.items.map(() => undefined);
  }

  get counts(): ItemCounts {
    return { total: this.#values.length, succeeded: this.#succeeded, failed: this.#failed };
  }

  /** Why the first one failed that did, in a sentence. */
  get firstFailure(): string | undefined {
    return this.#firstFailure;
  }

  /** How plans behind its items ended that went on undoing when they were told to stop. */
  get late(): string | undefined {
    return this.#late.length === 0 ? undefined : this.#late.join("\n");
  }

  /** How long its work takes at least, in milliseconds: no schedule is faster within its own limit. */
  get tookMs(): number {
    return Math.max(this.#longestMs, this.#sumMs / this.#window);
  }

  /** Whether every item has come to its end, well or not, and what the plan makes of it is there. */
  get isWhole(): boolean {
    return !this.#isStopped && this.#succeeded + this.#failed === this.#values.length;
  }

  /** Queues for the first item, or ends at once when there is none. */
  begin(): void {
    this.#goOn();
  }

  /** Begins the next item; its places have been taken. */
  run(): void {
    this.#isQueued = false;
    if (this.#isStopped) return this.#host.queue.release(this);
    const index = this.#begun;
    this.#begun += 1;
    const { step, onRetry } = this.#spec;
    const job = new CallJob(
      {
        step,
        scope: this.#scopeOf(index),
        priority: this.priority,
        position: this.position,
        onBegin: () => index === 0 && this.#spec.onBegin(),
        onRetry,
        onEnd: (ending) => this.#onItem(index, ending, job),
      },
      this.#host,
    );
    this.#queueAgain();
    job.run();
  }

  /** Ends it as soon as nothing of it is under way. */
  cancel(): void {
    this.#isStopped = true;
    this.#goOn();
  }

  /** The items' values as one array, `null` for those without. */
  value(): RawJson {
    const items = this.#values.map((value) => value?.bytes ?? NULL);
    const commas = Math.max(0, items.length - 1);
    const bytes = new Uint8Array(items.reduce((sum, item) => sum + item.length, commas + 2));
    let at = 0;
    bytes[at++] = OPEN;
    for (const [index, item] of items.entries()) {
      if (index > 0) bytes[at++] = COMMA;
      bytes.set(item, at);
      at += item.length;
    }
    bytes[at] = CLOSE;
    return rawJson(bytes);
  }

  #onItem(index: number, ending: CallEnding, job: CallJob): void {
    this.#ended += 1;
    this.#longestMs = Math.max(this.#longestMs, job.tookMs);
    this.#sumMs += job.tookMs;
    this.attempts += job.attempts;
    if (ending.kind === "value") {
      this.#succeeded += 1;
      this.#values[index] = ending.value;
    }
    if (ending.kind === "failed") this.#onFailure(index, ending.failure);
    if (ending.kind === "cancelled") this.#noteLate(index, ending.late);
    this.#spec.onItem(index, ending.kind === "value" ? ending.value : undefined);
    this.#goOn();
  }

  #noteLate(index: number, late: string | undefined): void {
    if (late !== undefined && this.#late.length < MAX_LATE) {
      this.#late.push(`Item ${index} (the first is 0): ${late}`);
    }
  }

  /** Unless the plan puts up with failed items, no more are begun after the first. */
  #onFailure(index: number, { code, message }: StepFailure): void {
    this.#failed += 1;
    this.#firstFailure ??= `Item ${index} failed: ${message} (${code})`;
    const { onError } = this.#spec.step;
    this.#isStopped ||= onError.kind === "fail" || onError.kind === "step";
    if (onError.kind !== "value") return;
    try {
      const value = onError.value.render(this.#scopeOf(index));
      this.#values[index] = value;
      this.#spec.onFallback(value);
    } catch (error) {
      this.#isStopped = true;
      this.#firstFailure += ` Its fallbackValue cannot be made: ${failureOf(error).message}`;
    }
  }

  #scopeOf(index: number): PlanScope {
    return { ...this.#spec.scope, item: this.#spec.items[index]!, index };
  }

  #goOn(): void {
    const isLast = this.#isStopped || this.#begun === this.#values.length;
    if (!isLast || this.#ended < this.#begun) return this.#queueAgain();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#spec.onEnd();
  }

  #queueAgain(): void {
    const underWay = this.#begun - this.#ended;
    if (this.#isStopped || this.#isQueued || this.#begun === this.#values.length) return;
    if (underWay >= this.#window) return;
    this.#isQueued = true;
    this.#host.queue.add(this);
  }
}
