import type { z } from "zod";
import type {
  planAnswerSchema,
  planCheckAnswerSchema,
  planEventSchema,
  planListSchema,
  planProblemSchema,
  stepReportSchema,
} from "../../../contract/index.ts";

/** What `POST /v1/plans/check` answers. */
export type PlanCheckAnswer = z.output<typeof planCheckAnswerSchema>;

/** One step of it. */
export type PlannedStep = PlanCheckAnswer["steps"][number];

/** One thing that is wrong with a plan. */
export type PlanProblem = z.output<typeof planProblemSchema>;

/** How a plan is doing, or how it went. */
export type PlanAnswer = z.output<typeof planAnswerSchema>;

/** One step of it. */
export type StepAnswer = z.output<typeof stepReportSchema>;

/** A plan in a list. */
export type PlanListed = z.output<typeof planListSchema>["plans"][number];

/** Something that happened in a plan. */
export type PlanEventAnswer = z.output<typeof planEventSchema>;
