import type { DataQuery } from "./tool-data.ts";

/** The share of a query's needs that the first `k` hits meet. */
export function recallAt(query: DataQuery, ranked: readonly string[], k: number): number {
  const top = new Set(ranked.slice(0, k));
  const needs = needsOf(query);
  return needs.filter((need) => need.some((id) => top.has(id))).length / needs.length;
}

/** Normalised discounted cumulative gain of the first `k` hits; each need counts once. */
export function ndcgAt(query: DataQuery, ranked: readonly string[], k: number): number {
  const open = new Set(needsOf(query));
  let gain = 0;
  for (const [rank, id] of ranked.slice(0, k).entries()) {
    const met = [...open].find((need) => need.includes(id));
    if (met === undefined) continue;
    open.delete(met);
    gain += discount(rank);
  }
  const ideal = Array.from({ length: Math.min(k, needsOf(query).length) }, (_, rank) =>
    discount(rank),
  ).reduce((sum, value) => sum + value, 0);
  return gain / ideal;
}

function needsOf({ groups, relevant }: DataQuery): readonly (readonly string[])[] {
  return groups ?? relevant.map((id) => [id]);
}

function discount(rank: number): number {
  return 1 / Math.log2(rank + 2);
}
