import { readFile, rename } from "node:fs/promises";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { writeFileAtomically } from "./write-file-atomically.ts";

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

const VERSION = 1;

/** The overlay at `path` (`servers.json` in the data directory). */
export function createOverlayFile(path: string): OverlayFile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async read() {
      const text = await readText(path);
      if (text === undefined) return { servers: {} };
      const servers = parseOverlay(text);
      if (servers === undefined) return { servers: {}, notice: await putAside(path) };
      const entries = Object.entries(servers);
      const sound = entries.filter((pair): pair is [string, JsonObject] => isJsonObject(pair[1]));
      if (sound.length === entries.length) return { servers: Object.fromEntries(sound) };
      const left = entries.filter(([, entry]) => !isJsonObject(entry)).map(([id]) => id);
      return {
        servers: Object.fromEntries(sound),
        notice: `${path} holds members that are no entries and were left out: ${left.join(", ")}.`,
      };
    },
    write(servers) {
      const text = `${JSON.stringify({ version: VERSION, servers }, null, 2)}\n`;
      const done = last.then(() => writeFileAtomically(path, text, { mode: 0o600 }));
      last = done.catch(() => undefined);
      return done;
    },
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseOverlay(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    if (!isJsonObject(value) || value["version"] !== VERSION) return undefined;
    return isJsonObject(value["servers"]) ? value["servers"] : undefined;
  } catch {
    return undefined;
  }
}

async function putAside(path: string): Promise<string> {
  const aside = `${path}.damaged-${Date.now()}`;
  await rename(path, aside);
  return `${path} could not be read as an overlay of version ${VERSION}. It was kept as ${aside}; the servers in it are not started.`;
}
