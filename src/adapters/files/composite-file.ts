import type { CompositeStore } from "../../core/plans/index.ts";
import { createVersionedFile, FILE_VERSION } from "./versioned-file.ts";

/** Keeps added composites over restarts, at `path` (`composites.json` in the data directory). */
export function createCompositeFile(path: string): CompositeStore {
  const file = createVersionedFile({ path, member: "composites" });
  return {
    async read() {
      const { contents, putAside } = await file.read();
      if (contents !== undefined) return { composites: contents };
      return putAside === undefined ? {} : { notice: damagedNotice(path, putAside) };
    },
    write: (composites) => file.write(composites),
  };
}

function damagedNotice(path: string, aside: string): string {
  return `${path} could not be read as composites of version ${FILE_VERSION}. It was kept as ${aside}; the composites in it are no tools.`;
}
