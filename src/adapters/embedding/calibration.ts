import type { EmbeddingModel } from "../../core/discovery/index.ts";
import type { EmbeddingOptions } from "./options.ts";

/** Descriptions such as tools have. */
const DOCUMENTS = [
  "Read a file from the local disk and return its contents as text",
  "List the users of a company with their email addresses",
  "Create a new branch in a git repository",
  "Run a SQL query against the database and return the rows",
  "Send a message to a channel of the team chat",
  "Take a screenshot of the current browser page",
  "Get the current exchange rate between two currencies",
  "Restart a container and show its latest logs",
] as const;

/** Needs that none of them serves. */
const QUERIES = [
  "how long should I boil an egg",
  "a bedtime story about a brave little dragon",
  "which exercises help against back pain",
  "the best month to plant tomatoes",
  "why is the sky blue at noon and red at dusk",
  "rules of chess for beginners",
  "a poem about autumn leaves",
  "how to remove a wine stain from a carpet",
] as const;

/** Above this nothing would ever be found. */
const MAX_THRESHOLD = 0.95;

/** Texts that have nothing to do with each other. */
export const CALIBRATION = { documents: DOCUMENTS, queries: QUERIES } as const;

/**
 * The cosine that a model hardly ever gives to texts that have nothing to do with each other: mean
 * plus two standard deviations over all pairs of unit vectors. Below it, nothing was found.
 */
export function unrelatedCosine(
  queries: Float32Array,
  documents: Float32Array,
  dimension: number,
): number {
  const cosines: number[] = [];
  for (let query = 0; query < queries.length; query += dimension) {
    for (let document = 0; document < documents.length; document += dimension) {
      let cosine = 0;
      for (let at = 0; at < dimension; at++)
        cosine += queries[query + at]! * documents[document + at]!;
      cosines.push(cosine);
    }
  }
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  const variance = cosines.reduce((sum, each) => sum + (each - mean) ** 2, 0) / cosines.length;
  return Math.min(MAX_THRESHOLD, Math.max(0, mean + 2 * Math.sqrt(variance)));
}

/** What the operator has measured, for a model's facts. It cannot be told from texts of ours alone. */
export function sameMeaning({
  sameMeaningAbove,
}: Pick<EmbeddingOptions, "sameMeaningAbove">): Pick<EmbeddingModel, "sameMeaningAbove"> {
  return sameMeaningAbove === undefined ? {} : { sameMeaningAbove };
}
