import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { abortable } from "../../../kernel/abort.ts";
import { UsageError } from "../failures/usage-error.ts";
import { isTerminal } from "../screen.ts";

/** No daemon can be told to take more. */
const MAX_BYTES = 268_435_456;

/** A text that was given, and how messages call the place it came from. */
export interface GivenBytes {
  readonly bytes: Uint8Array;
  readonly place: string;
}

/** Where commands read from, and what they say when that is no use. */
export interface ReadContext {
  readonly input: Readable;
  readonly signal: AbortSignal;
  /** How it should have been given. */
  readonly hint: string;
}

/**
 * Standard input to its end.
 * @throws UsageError when a person sits there, or it is too long.
 */
export async function readStandardInput({ input, signal, hint }: ReadContext): Promise<GivenBytes> {
  if (isTerminal(input)) throw new UsageError("Standard input is a terminal.", hint);
  const bytes = await abortable(readAll(input, hint), signal);
  return { bytes, place: "Standard input" };
}

/** @throws UsageError when the file cannot be read. */
export async function readGivenFile(
  path: string,
  { signal, hint }: Omit<ReadContext, "input">,
): Promise<GivenBytes> {
  try {
    return { bytes: await readFile(path, { signal }), place: path };
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The file ${path} cannot be read: ${why}.`, hint);
  }
}

/**
 * The bytes of a text, without a byte order mark.
 * @throws UsageError when they are not UTF-8.
 */
export function textBytes({ bytes, place }: GivenBytes, hint: string): Uint8Array {
  const [first, second, third] = bytes;
  const marked = first === 0xef && second === 0xbb && third === 0xbf;
  if (!isUtf8(bytes)) throw new UsageError(`${place} is not UTF-8 text.`, hint);
  return marked ? bytes.subarray(3) : bytes;
}

async function readAll(input: Readable, hint: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      throw new UsageError(`Standard input holds more than ${MAX_BYTES} bytes.`, hint);
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
