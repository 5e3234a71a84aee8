import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { abortable } from "../../../kernel/abort.ts";
import { JsonScanError, objectMembers } from "../../../mcp/json-scan.ts";
import { UsageError } from "../failures/usage-error.ts";
import { isTerminal } from "../screen.ts";

/** No daemon can be told to take more. */
const MAX_BYTES = 268_435_456;
const HINT = `Give a JSON object such as '{"name":"Alice"}', @FILE, or - for standard input.`;

/**
 * The arguments of a call, from the command line, a file or standard input; `{}` where none are
 * given. They stay the bytes that came, so that no integer is rounded.
 * @throws UsageError when they are not a JSON object.
 */
export async function readToolArguments(
  given: string | undefined,
  input: Readable,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (given === undefined) return Buffer.from("{}");
  const { bytes: read, place } = await readGiven(given, input, signal);
  const bytes = withoutByteOrderMark(read);
  if (!isUtf8(bytes)) throw new UsageError(`${place} is not UTF-8 text.`, HINT);
  try {
    objectMembers(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new UsageError(`${place} is not a JSON object: ${error.message}.`, HINT);
  }
}

async function readGiven(
  given: string,
  input: Readable,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly place: string }> {
  if (given === "-") {
    if (isTerminal(input)) throw new UsageError("Standard input is a terminal.", HINT);
    const bytes = await abortable(readAll(input), signal);
    return { bytes, place: "Standard input" };
  }
  if (given.startsWith("@")) {
    const path = given.slice(1);
    return { bytes: await readArgumentFile(path, signal), place: path };
  }
  return { bytes: Buffer.from(given), place: "The argument" };
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  const [first, second, third] = bytes;
  return first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes;
}

async function readArgumentFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The file ${path} cannot be read: ${why}.`, HINT);
  }
}

async function readAll(input: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      throw new UsageError(`Standard input holds more than ${MAX_BYTES} bytes.`, HINT);
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
