import type { PlanListed } from "../plans/answers.ts";
import { formatCount, formatDuration } from "../text/quantities.ts";
import type { Paint } from "../text/style.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

const PAINT: Readonly<Record<PlanListed["status"], Paint>> = {
  running: "cyan",
  succeeded: "green",
  partial: "yellow",
  failed: "red",
  cancelled: "yellow",
};

const COLUMNS: readonly Column<PlanListed>[] = [
  { title: "PLAN", value: ({ id }) => id },
  { title: "STATUS", value: ({ status }) => status, paint: ({ status }) => PAINT[status] },
  {
    title: "STARTED",
    value: ({ startedAt }) => new Date(startedAt).toISOString().slice(0, 19) + "Z",
  },
  { title: "TOOK", value: ({ wallMs }) => formatDuration(wallMs), align: "right" },
  { title: "STEPS", value: stepsOf, flexible: true },
];

/** Plans, one a line. */
export function renderPlans(plans: readonly PlanListed[], canvas: Canvas): string {
  if (plans.length === 0) return "There are no plans. Begin one with switchboard plan run.";
  return renderTable(plans, COLUMNS, canvas);
}

function stepsOf({ steps }: PlanListed): string {
  const counts = Object.entries(steps).map(([status, count]) => `${formatCount(count)} ${status}`);
  return counts.join(", ");
}
