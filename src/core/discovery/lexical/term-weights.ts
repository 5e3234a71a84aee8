import type { Analyser } from "../text/analyser.ts";
import type { ToolDocument } from "../tool-document.ts";

/** How the words of one field count. */
interface FieldWeight {
  /** Weight of an occurrence in BM25F. */
  readonly occurrence: number;
  /** How far a long field dilutes its words; 0–1, BM25's `b`. */
  readonly dilution: number;
  /** Length at which words count as they are, in words. */
  readonly usualLength: number;
  /** Weight of a word in the document's unit vector. */
  readonly share: number;
}

/**
 * Fitted on public sets of queries and tools; the plateau is wide. Usual lengths are constants
 * rather than means over the catalogue, so that a document's weights depend on itself alone.
 */
const FIELDS = {
  server: { occurrence: 1, dilution: 0, usualLength: 2, share: 0.5 },
  name: { occurrence: 3, dilution: 0.3, usualLength: 3, share: 2 },
  title: { occurrence: 1, dilution: 0.3, usualLength: 3, share: 0.8 },
  lead: { occurrence: 1.2, dilution: 0.5, usualLength: 9, share: 1 },
  rest: { occurrence: 0.5, dilution: 0.6, usualLength: 12, share: 0.5 },
  parameterNames: { occurrence: 0.4, dilution: 0.5, usualLength: 4, share: 0.3 },
  parameterDescriptions: { occurrence: 0.4, dilution: 0.6, usualLength: 18, share: 0.3 },
} as const satisfies Readonly<Record<string, FieldWeight>>;

/** BM25's `k1`: how soon further occurrences stop to count. */
const SATURATION = 1.2;

/** What a term of a document weighs; both in (0, 1]. */
export interface TermWeight {
  /** BM25F's saturated, length-normalised frequency over all fields, without idf. */
  readonly impact: number;
  /** The term's part of the document's unit vector, without idf. */
  readonly share: number;
}

/** The terms of a document with their weights (BM25F of Robertson and Zaragoza, 2009). */
export function termWeights(document: ToolDocument, analyser: Analyser): Map<string, TermWeight> {
  const fields = fieldStems(document, analyser);
  const bag = weighted(fields);
  const length = Math.hypot(...bag.values());
  const weights = new Map<string, TermWeight>();
  for (const [stem, frequency] of frequencies(fields)) {
    const impact = frequency / (SATURATION + frequency);
    weights.set(stem, { impact, share: (bag.get(stem) ?? 0) / length });
  }
  return weights;
}

/** The stems of a document, each with the weight of the weightiest field that holds it, in (0, 2]. */
export function documentBag(document: ToolDocument, analyser: Analyser): Map<string, number> {
  return weighted(fieldStems(document, analyser));
}

type FieldStems = readonly (readonly [FieldWeight, readonly string[]])[];

function fieldStems(document: ToolDocument, analyser: Analyser): FieldStems {
  const { server, name, title, lead, rest, parameters } = document;
  const texts = {
    server,
    name,
    title,
    lead,
    rest,
    parameterNames: parameters.map((parameter) => parameter.name).join(" "),
    parameterDescriptions: parameters.map((parameter) => parameter.description).join(" "),
  } satisfies Record<keyof typeof FIELDS, string>;
  return Object.entries(texts).map(([field, text]) => [
    FIELDS[field as keyof typeof FIELDS],
    analyser.stems(text),
  ]);
}

function weighted(fields: FieldStems): Map<string, number> {
  const bag = new Map<string, number>();
  for (const [{ share }, stems] of fields) {
    for (const stem of stems) bag.set(stem, Math.max(bag.get(stem) ?? 0, share));
  }
  return bag;
}

function frequencies(fields: FieldStems): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [{ occurrence, dilution, usualLength }, stems] of fields) {
    const norm = 1 - dilution + (dilution * stems.length) / usualLength;
    for (const stem of stems) sums.set(stem, (sums.get(stem) ?? 0) + occurrence / norm);
  }
  return sums;
}
