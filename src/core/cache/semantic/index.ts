export { createSemanticIndex } from "./create-semantic-index.ts";
export type { SemanticIndexDeps, SemanticIndexOptions } from "./live-semantic-index.ts";
