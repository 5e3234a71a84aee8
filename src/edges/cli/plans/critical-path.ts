import type { PlannedStep, StepAnswer } from "./answers.ts";

/**
 * The chain of dependent steps that really took longest, by ids: what had to be faster for the whole
 * to be faster. Empty where no step has run.
 */
export function criticalSteps(
  graph: readonly PlannedStep[],
  reports: Readonly<Record<string, StepAnswer>>,
): ReadonlySet<string> {
  const lasting = new Map<string, { readonly endMs: number; readonly before?: string }>();
  const endOf = (id: string | undefined): number =>
    id === undefined ? 0 : (lasting.get(id)?.endMs ?? 0);
  const latest = (ids: readonly string[]): string | undefined =>
    ids.reduce<string | undefined>((best, id) => (endOf(id) > endOf(best) ? id : best), undefined);
  for (const { id, dependsOn } of graph.toSorted((a, b) => a.stage - b.stage)) {
    const before = latest(dependsOn);
    const endMs = endOf(before) + (reports[id]?.durationMs ?? 0);
    lasting.set(id, before === undefined ? { endMs } : { endMs, before });
  }
  const chain = new Set<string>();
  for (let at = latest([...lasting.keys()]); at !== undefined; at = lasting.get(at)?.before) {
    chain.add(at);
  }
  return chain;
}
