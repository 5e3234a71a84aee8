import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { VectorIndexIdentity } from "../../../core/discovery/index.ts";
import type { VectorMatrix } from "../vector-matrix.ts";
import { type FaissLayout, layoutName } from "./faiss-layout.ts";
import type { FaissLibrary } from "./faiss-library.ts";
import { FaissRows } from "./faiss-rows.ts";
import { encodeHeader, parseHeader, type SnapshotHeader } from "./snapshot-header.ts";

const INDEX_FILE = "vectors.faiss";
const HEADER_FILE = "vectors.faiss.json";

/** What became of the saved index. */
export type SnapshotLoad =
  | { readonly status: "none" }
  | { readonly status: "loaded"; readonly rows: FaissRows }
  | { readonly status: "ignored"; readonly reason: string };

/** What a saved index must be like to be used. */
export interface SnapshotExpectation {
  readonly identity: VectorIndexIdentity;
  readonly layouts: readonly FaissLayout[];
}

/**
 * Reads the index saved in a directory. It is ignored, with the reason, when it is of another model,
 * dimension or layout, or its checksum is not right: FAISS would end the process over a damaged file.
 */
export async function loadSnapshot(
  directory: string,
  expected: SnapshotExpectation,
  library: FaissLibrary,
): Promise<SnapshotLoad> {
  try {
    const text = await readFile(join(directory, HEADER_FILE), "utf8");
    const header = parseHeader(text);
    const layout = checkHeader(header, expected);
    const path = join(directory, INDEX_FILE);
    if ((await sha256OfFile(path)) !== header.sha256) throw new Error("its checksum is wrong");
    const native = library.Index.read(path);
    const { length } = header.fingerprints;
    if (native.ntotal() !== length || native.getDimension() !== header.dimension) {
      throw new Error(`it holds ${native.ntotal()} rows, its header says ${length}`);
    }
    return { status: "loaded", rows: new FaissRows(native, layout, header.fingerprints) };
  } catch (error) {
    if (isMissing(error)) return { status: "none" };
    const why = error instanceof Error ? error.message : String(error);
    return { status: "ignored", reason: `The saved index in ${directory} is not used: ${why}.` };
  }
}

/**
 * Saves the rows in a directory, made if need be: each file under another name first, then renamed.
 * The header comes last and holds the checksum of the index, so a crash in between is noticed.
 * Blocks the event loop while FAISS writes. Returns the size of the index file in bytes.
 *
 * @throws Error when there is no room or the directory cannot be written.
 */
export async function saveSnapshot(
  directory: string,
  rows: FaissRows,
  matrix: VectorMatrix,
): Promise<number> {
  const paths = [join(directory, INDEX_FILE), join(directory, HEADER_FILE)] as const;
  const [indexTemp, headerTemp] = [`${paths[0]}.tmp`, `${paths[1]}.tmp`];
  try {
    await mkdir(directory, { recursive: true });
    await checkRoom(directory, rows, matrix);
    await writeFile(indexTemp, "");
    const fingerprints = rows.fingerprints(matrix);
    rows.write(indexTemp);
    const [{ size: sizeBytes }, sha256] = [await stat(indexTemp), await sha256OfFile(indexTemp)];
    const layout = layoutName(rows.layout);
    const header: SnapshotHeader = { ...matrix.identity, layout, sizeBytes, sha256, fingerprints };
    await writeFile(headerTemp, encodeHeader(header));
    await rename(indexTemp, paths[0]);
    await rename(headerTemp, paths[1]);
    rows.markSaved(fingerprints.length);
    return sizeBytes;
  } catch (error) {
    await Promise.all([indexTemp, headerTemp].map((path) => rm(path, { force: true })));
    throw error;
  }
}

/** The layout of a header that fits. */
function checkHeader(
  header: SnapshotHeader,
  { identity, layouts }: SnapshotExpectation,
): FaissLayout {
  if (header.model !== identity.model) {
    throw new Error(`it is of the model ${header.model}, not ${identity.model}`);
  }
  if (header.dimension !== identity.dimension) {
    throw new Error(`its dimension is ${header.dimension}, not ${identity.dimension}`);
  }
  const layout = layouts.find((candidate) => layoutName(candidate) === header.layout);
  if (layout !== undefined) return layout;
  const wanted = layouts.map(layoutName).join(" or ");
  throw new Error(`its layout is ${header.layout}, not ${wanted}`);
}

/** FAISS from npm ends the process when the disk is full, so ask first, for twice what it takes. */
async function checkRoom(directory: string, rows: FaissRows, matrix: VectorMatrix): Promise<void> {
  const linkBytes = rows.layout.kind === "hnsw" ? rows.layout.links * 16 : 0;
  const neededBytes = 2 * rows.count * (matrix.identity.dimension * 4 + linkBytes + 64) + 2 ** 20;
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= neededBytes) return;
  throw new Error(
    `Saving the index in ${directory} needs ${neededBytes} bytes free; there are ${bavail * bsize}.`,
  );
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
