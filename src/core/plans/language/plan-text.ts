import type { JsonObject } from "../../../kernel/json.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CacheMode } from "../../calls/index.ts";
import type { CompiledCondition } from "./compile-condition.ts";
import type { Place } from "./problems.ts";
import type { CompiledTemplate } from "./template.ts";

/** A plan as it is written: every member read, nothing looked up yet. */
export interface PlanText {
  readonly steps: readonly StepText[];
  /** Set when a step was no step at all, so that the others may name what is not here. */
  readonly isTorn: boolean;
  readonly inputSchema?: JsonObject;
  readonly input?: RawJson;
  readonly output?: CompiledTemplate;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  /** Whether steps that may write to one server need not keep their written order. */
  readonly parallelWrites: boolean;
}

/** A step's name where it stands. */
export interface StepName {
  readonly id: string;
  readonly place: Place;
}

/** A tool and its arguments as they are written. */
export interface CallText {
  /** Empty when it could not be read. */
  readonly tool: string;
  /** Where the tool is named. */
  readonly toolPlace: Place;
  readonly arguments: CompiledTemplate;
}

/** What a step does when it has failed, as it is written. */
export type OnErrorText =
  | { readonly kind: "fail" | "continue" }
  | { readonly kind: "value"; readonly value: CompiledTemplate }
  | { readonly kind: "step"; readonly step: StepName };

/** A step as it is written. */
export interface StepText extends CallText {
  /** Empty when it could not be read. */
  readonly id: string;
  readonly place: Place;
  readonly dependsOn: readonly StepName[];
  readonly when?: CompiledCondition;
  readonly forEach?: { readonly items: CompiledTemplate; readonly concurrency?: number };
  readonly onError: OnErrorText;
  readonly retry?: { readonly maxAttempts: number; readonly backoffMs: number };
  readonly timeoutMs?: number;
  readonly cache?: CacheMode;
  readonly compensate?: CallText;
}
