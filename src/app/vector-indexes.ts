import { join } from "node:path";
import { createExactIndex } from "../adapters/vectors/exact/exact-index.ts";
import { createFaissIndex } from "../adapters/vectors/faiss/faiss-index.ts";
import type { FaissEvent } from "../adapters/vectors/faiss/faiss-events.ts";
import {
  bundledAddonPath,
  loadFaiss,
  type FaissLoad,
} from "../adapters/vectors/faiss/load-faiss.ts";
import type { VectorIndexOptions } from "../adapters/vectors/options.ts";
import type { VectorIndex, VectorIndexIdentity } from "../core/discovery/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { GatewayError } from "../kernel/errors.ts";
import type { Logger } from "../kernel/log.ts";

/** Makes vector indexes by the configured technology. */
export interface VectorIndexes {
  create(identity: VectorIndexIdentity): Promise<VectorIndex>;
  /** Why the exact scan stands in for FAISS, in words an operator can act on. */
  readonly notes: readonly string[];
}

/**
 * Loads FAISS where it is wanted. Without it the exact scan serves, which is said in the log.
 * @throws GatewayError `index-failed` when the config insists on FAISS and it cannot be loaded.
 */
export function createVectorIndexes(
  options: VectorIndexOptions,
  deps: { readonly clock: Clock; readonly log: Logger; readonly dataDir?: string },
): VectorIndexes {
  const { index: wanted, maxVectors, ...settings } = options;
  const faiss: FaissLoad | undefined =
    wanted === "exact" ? undefined : loadFaiss({ addonPaths: [bundledAddonPath()] });
  if (wanted === "faiss" && faiss?.status === "unavailable") {
    throw new GatewayError("index-failed", `${faiss.reason} ${faiss.mend}`, { index: "faiss" });
  }
  if (faiss?.status !== "loaded") {
    const notes = faiss === undefined ? [] : [`${faiss.reason} ${faiss.mend}`];
    for (const note of notes) deps.log.warn({}, `Searching with the exact index: ${note}`);
    return {
      notes,
      create: (identity) => Promise.resolve(createExactIndex({ identity, maxVectors })),
    };
  }
  const { library } = faiss;
  const { dataDir, clock, log } = deps;
  return {
    notes: [],
    create: (identity) =>
      createFaissIndex(
        {
          ...settings,
          maxVectors,
          identity,
          ...(dataDir === undefined
            ? {}
            : { snapshotDirectory: join(dataDir, "index", folderName(identity.model)) }),
        },
        { library, clock, report: (event) => logEvent(log, event) },
      ),
  };
}

function folderName(model: string): string {
  return model.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 100);
}

function logEvent(log: Logger, event: FaissEvent): void {
  const { type, ...facts } = event;
  if (type === "failed") log.error(facts, "FAISS failed; the exact scan answers from now on.");
  else if (type === "snapshot-failed") log.warn(facts, "The vector index could not be saved.");
  else if (type === "snapshot-ignored") log.info(facts, "The saved vector index is built anew.");
  else log.debug({ type, ...facts }, "The vector index changed.");
}
