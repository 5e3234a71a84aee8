import { readFile, rename } from "node:fs/promises";
import { rawJson, type RawJson } from "../../kernel/raw-json.ts";
import { objectMembers, parseSpan, slice } from "../../mcp/json-scan.ts";
import { writeFileAtomically } from "./write-file-atomically.ts";

/** What such a file is called and holds, for its shape and for messages. */
export interface VersionedFileOptions {
  readonly path: string;
  /** The member that holds the contents, an object. */
  readonly member: string;
}

/** A JSON file `{"version": 1, "<member>": {…}}` that only its owner may read. */
export interface VersionedFile {
  /**
   * Reads the member; a missing file holds none. One that is damaged is put aside under another name,
   * so that the next write does not lose it: `putAside` is that name then.
   */
  read(): Promise<{ readonly contents?: RawJson; readonly putAside?: string }>;
  /** Replaces the file, atomically and flushed to the disk; writes happen in their order. */
  write(contents: RawJson): Promise<void>;
}

/** The version that is written, and the only one read. */
export const FILE_VERSION = 1;

/** A file at `path`; it need not be there yet. */
export function createVersionedFile({ path, member }: VersionedFileOptions): VersionedFile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async read() {
      const bytes = await readBytes(path);
      if (bytes === undefined) return {};
      const contents = memberOf(bytes, member);
      return contents === undefined ? { putAside: await putAside(path) } : { contents };
    },
    write(contents) {
      const text = `{"version": ${FILE_VERSION}, ${JSON.stringify(member)}: ${textOf(contents)}}\n`;
      const done = last.then(() => writeFileAtomically(path, text, { mode: 0o600 }));
      last = done.catch(() => undefined);
      return done;
    },
  };
}

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function memberOf(bytes: Uint8Array, member: string): RawJson | undefined {
  try {
    const members = objectMembers(bytes);
    const version = members.get("version");
    const span = members.get(member);
    if (version === undefined || span === undefined) return undefined;
    if (parseSpan(bytes, version) !== FILE_VERSION || bytes[span.start] !== 0x7b) return undefined;
    return rawJson(slice(bytes, span));
  } catch {
    return undefined;
  }
}

async function putAside(path: string): Promise<string> {
  const aside = `${path}.damaged-${Date.now()}`;
  await rename(path, aside);
  return aside;
}

function textOf({ bytes }: RawJson): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
