import type { PlannedStep, StepAnswer } from "./answers.ts";

type Reports = Readonly<Record<string, StepAnswer>>;

/** The longest chain that ends with a step: how long it is, and the step before. */
interface Chain {
  readonly lastedMs: number;
  readonly before: string | undefined;
}

/**
 * The chain of dependent steps that really took longest, by ids: what had to be faster for the whole
 * to be faster. Empty where no step has run, or the order is not known.
 */
export function criticalSteps(
  graph: readonly PlannedStep[],
  reports: Reports,
): ReadonlySet<string> {
  const chains = longestChains(graph, reports);
  const chain = new Set<string>();
  let at = longest([...chains.keys()], chains);
  for (; at !== undefined; at = chains.get(at)?.before) chain.add(at);
  return chain;
}

/** Without recursion: a plan may be a chain of thousands. */
function longestChains(graph: readonly PlannedStep[], reports: Reports): Map<string, Chain> {
  const waits = new Map(graph.map((step) => [step.id, waitedFor(step, reports)]));
  const chains = new Map<string, Chain>();
  const opened = new Set<string>();
  const left = graph.map(({ id }) => id);
  for (let id = left.at(-1); id !== undefined; id = left.at(-1)) {
    const others = waits.get(id) ?? [];
    const missing = others.filter((other) => waits.has(other) && !opened.has(other));
    if (!opened.has(id) && missing.length > 0) {
      opened.add(id);
      left.push(...missing);
      continue;
    }
    opened.add(id);
    left.pop();
    if (chains.has(id)) continue;
    const before = longest(others, chains);
    const ownMs = reports[id]?.durationMs ?? 0;
    chains.set(id, { lastedMs: lastedMs(before, chains) + ownMs, before });
  }
  return chains;
}

/** What a step waited for: also for what stood in for steps that had failed. */
function waitedFor({ id, dependsOn }: PlannedStep, reports: Reports): readonly string[] {
  return dependsOn.flatMap((other) => {
    const all = [other];
    for (let at = fallbackOf(other, reports); at !== undefined && at !== id;) {
      all.push(at);
      at = fallbackOf(at, reports);
    }
    return all;
  });
}

function fallbackOf(id: string, reports: Reports): string | undefined {
  const fallback = reports[id]?.fallback;
  return typeof fallback === "object" ? fallback.step : undefined;
}

function longest(ids: readonly string[], chains: ReadonlyMap<string, Chain>): string | undefined {
  return ids.reduce<string | undefined>(
    (best, id) => (lastedMs(id, chains) > lastedMs(best, chains) ? id : best),
    undefined,
  );
}

function lastedMs(id: string | undefined, chains: ReadonlyMap<string, Chain>): number {
  return id === undefined ? 0 : (chains.get(id)?.lastedMs ?? 0);
}
