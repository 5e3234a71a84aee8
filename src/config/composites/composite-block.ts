/** A plan, as it may stand in the file; what stands in its steps is checked against the tools there are. */
export interface PlanBlock {
  /** The calls, each a mapping with `id`, `tool` and `arguments`. */
  readonly steps?: readonly Readonly<Record<string, unknown>>[];
  /** JSON Schema of the arguments that the tool takes. Default: any. */
  readonly inputSchema?: Readonly<Record<string, unknown>>;
  /** The arguments where a caller gives none. */
  readonly input?: unknown;
  /** What the tool answers, with references to the steps. Without it every step's value is answered. */
  readonly output?: unknown;
  /** `concurrency` and `timeoutMs` of the plan. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Whether steps that may write to the same server may run at once. */
  readonly parallelWrites?: boolean;
}

/** One entry of `composites`: a plan that is a tool. Its members may also stand in `plan`. */
export interface CompositeBlock extends PlanBlock {
  /** What the tool does, in words that agents find it by. 1–2,000 characters. */
  readonly description?: string;
  /** The tool's name as people read it. At most 200 characters. */
  readonly title?: string;
  /** JSON Schema of what the tool answers, an object. Default: as far as the plan's `output` tells. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** The plan, where it does not stand in the entry itself. */
  readonly plan?: PlanBlock;
}
