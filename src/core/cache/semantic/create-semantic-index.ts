import type { SemanticIndex } from "../semantic-index.ts";
import {
  LiveSemanticIndex,
  type SemanticIndexDeps,
  type SemanticIndexOptions,
} from "./live-semantic-index.ts";

/**
 * Makes the index of L3. It takes no memory to speak of before the first call is taken up, and
 * answers without a turn of the event loop where the embedder does. What fails finds nothing.
 */
export function createSemanticIndex(
  options: SemanticIndexOptions,
  deps: SemanticIndexDeps,
): SemanticIndex {
  return new LiveSemanticIndex(options, deps);
}
