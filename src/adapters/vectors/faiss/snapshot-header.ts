import { createHash } from "node:crypto";

const FORMAT = 1;

/** What stands beside a saved index: whose it is, what it must be like, and what its rows are. */
export interface SnapshotHeader {
  readonly model: string;
  readonly dimension: number;
  readonly layout: string;
  /** Of the index file. */
  readonly sizeBytes: number;
  /** Of the index file, in hex. */
  readonly sha256: string;
  /** One for each row. */
  readonly fingerprints: Float64Array;
}

/** The header as the text of its file: JSON, the fingerprints in base64 with their own checksum. */
export function encodeHeader(header: SnapshotHeader): string {
  const { buffer, byteOffset, byteLength } = header.fingerprints;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const fingerprints = { sha256: sha256(bytes), base64: bytes.toString("base64") };
  return `${JSON.stringify({ format: FORMAT, ...header, fingerprints })}\n`;
}

/** Reads a header back. @throws Error saying what is wrong with it. */
export function parseHeader(text: string): SnapshotHeader {
  const stored = JSON.parse(text) as Partial<StoredHeader> | null;
  if (stored?.format !== FORMAT) {
    throw new Error(`its format is ${String(stored?.format)}, not ${FORMAT}`);
  }
  const { model, dimension, layout, sizeBytes, sha256: checksum, fingerprints } = stored;
  const areTexts = [model, layout, checksum].every((value) => typeof value === "string");
  const areNumbers = [dimension, sizeBytes].every((value) => typeof value === "number");
  if (!areTexts || !areNumbers || typeof fingerprints?.base64 !== "string") {
    throw new Error("a field of its header is missing");
  }
  const bytes = Buffer.from(fingerprints.base64, "base64");
  if (sha256(bytes) !== fingerprints.sha256) throw new Error("its header is damaged");
  const prints = new Float64Array(Math.floor(bytes.length / 8));
  bytes.copy(Buffer.from(prints.buffer));
  return { ...(stored as StoredHeader), sha256: checksum as string, fingerprints: prints };
}

interface StoredHeader extends Omit<SnapshotHeader, "fingerprints"> {
  readonly format: number;
  readonly fingerprints: { readonly sha256: string; readonly base64: string };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
