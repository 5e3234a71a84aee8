/** What a FAISS index tells its owner, for the log and the metrics. `layout` is `flat` or `hnsw-<links>-<breadth>`. */
export type FaissEvent =
  | { readonly type: "rebuild-started"; readonly reason: string; readonly layout: string }
  | {
      readonly type: "rebuilt";
      readonly layout: string;
      readonly vectors: number;
      readonly tookMs: number;
    }
  | { readonly type: "snapshot-loaded"; readonly layout: string; readonly vectors: number }
  /** The saved index is not used; the vectors are taken in anew. */
  | { readonly type: "snapshot-ignored"; readonly reason: string }
  | { readonly type: "snapshot-saved"; readonly vectors: number; readonly sizeBytes: number }
  | { readonly type: "snapshot-failed"; readonly error: unknown }
  /** FAISS threw; the exact scan answers from now on. */
  | { readonly type: "failed"; readonly error: unknown };

/** Receives events; must not throw. */
export type FaissReport = (event: FaissEvent) => void;
