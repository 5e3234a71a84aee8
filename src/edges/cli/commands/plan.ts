import type { AddCommand } from "../command/run-command.ts";
import { addPlanCancel } from "./plan/cancel.ts";
import { addPlanCheck } from "./plan/check.ts";
import { addPlanGet } from "./plan/get.ts";
import { addPlanList } from "./plan/list.ts";
import { addPlanRun } from "./plan/run.ts";

export const addPlan: AddCommand = (parent, run) => {
  const group = parent
    .command("plan")
    .description("Check and run plans: many calls, ordered by their data, at once where they can.")
    .enablePositionalOptions();
  for (const add of [addPlanCheck, addPlanRun, addPlanList, addPlanGet, addPlanCancel])
    add(group, run);
  return group;
};
