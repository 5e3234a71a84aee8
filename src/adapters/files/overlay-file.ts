import { isJsonObject, type JsonObject } from "../../kernel/json.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import { createVersionedFile, FILE_VERSION } from "./versioned-file.ts";

/** The servers added while the daemon ran, by id, as they were given. */
export type OverlayServers = Readonly<Record<string, JsonObject>>;

/** What an overlay held. `notice` says, for the log, what was wrong with it and what was done. */
export interface OverlayContents {
  readonly servers: OverlayServers;
  readonly notice?: string;
}

/** Keeps added servers over restarts. Holds secrets as they were given: the file is 0600. */
export interface OverlayFile {
  /**
   * Reads it; a missing file is empty. One that is damaged is put aside under another name, so
   * that the next write does not lose it; members that are no entries are left out.
   */
  read(): Promise<OverlayContents>;
  /** Replaces the contents, atomically and flushed to the disk; writes happen in their order. */
  write(servers: OverlayServers): Promise<void>;
}

/** The overlay at `path` (`servers.json` in the data directory). */
export function createOverlayFile(path: string): OverlayFile {
  const file = createVersionedFile({ path, member: "servers" });
  return {
    async read() {
      const { contents, putAside } = await file.read();
      if (putAside !== undefined) return { servers: {}, notice: damagedNotice(path, putAside) };
      const entries = Object.entries((contents?.value() ?? {}) as JsonObject);
      const sound = entries.filter((pair): pair is [string, JsonObject] => isJsonObject(pair[1]));
      if (sound.length === entries.length) return { servers: Object.fromEntries(sound) };
      const left = entries.filter(([, entry]) => !isJsonObject(entry)).map(([id]) => id);
      return {
        servers: Object.fromEntries(sound),
        notice: `${path} holds members that are no entries and were left out: ${left.join(", ")}.`,
      };
    },
    write: (servers) => file.write(rawJson(Buffer.from(JSON.stringify(servers, null, 2)))),
  };
}

function damagedNotice(path: string, aside: string): string {
  return `${path} could not be read as an overlay of version ${FILE_VERSION}. It was kept as ${aside}; the servers in it are not started.`;
}
