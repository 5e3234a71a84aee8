import type { Call } from "./call.ts";
import type { Outcome } from "./outcome.ts";
import { compose, type Next, type Stage } from "./stage.ts";
import type { RecordStage } from "./stages/record.ts";

/**
 * What every call passes, outermost first. `record` sees refusals too; each attempt that `retry`
 * makes passes the circuit and the limit anew, and no place is held while it pauses.
 */
export const PIPELINE = [
  "record",
  "authorise",
  "quota",
  "deadline",
  "validate",
  "invalidate",
  "cache",
  "singleFlight",
  "alternates",
  "retry",
  "circuit",
  "concurrencyLimit",
  "upstream",
] as const;

type StageName = Exclude<(typeof PIPELINE)[number], "record" | "upstream">;

/** Places that are left out where nothing stands in them. */
type OptionalStage = "invalidate" | "cache" | "alternates";

/** The stages of features that plug into the pipeline, each in its named place. */
export type PluggedStages = Readonly<Partial<Record<OptionalStage, Stage>>>;

/** Every stage by its name in `PIPELINE`. */
export type PipelineStages = { readonly record: RecordStage; readonly upstream: Next } & Readonly<
  Record<Exclude<StageName, OptionalStage>, Stage>
> &
  PluggedStages;

/** Puts the stages together in the order of `PIPELINE`. */
export function createPipeline(stages: PipelineStages): (call: Call) => Outcome | Promise<Outcome> {
  const inner = PIPELINE.flatMap((name): Stage[] => {
    if (name === "record" || name === "upstream") return [];
    const stage = stages[name];
    return stage === undefined ? [] : [stage];
  });
  const next = compose(inner, stages.upstream);
  return (call) => stages.record(call, next);
}
