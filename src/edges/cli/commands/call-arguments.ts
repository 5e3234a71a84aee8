import type { Readable } from "node:stream";
import { JsonScanError, objectMembers } from "../../../mcp/json-scan.ts";
import {
  readGivenFile,
  readStandardInput,
  textBytes,
  type GivenBytes,
  type ReadContext,
} from "../command/read-bytes.ts";
import { UsageError } from "../failures/usage-error.ts";

const HINT = `Give a JSON object such as '{"name":"Alice"}', @FILE, or - for standard input.`;

/**
 * A JSON object from the command line, a file or standard input, such as the arguments of a call;
 * `{}` where none is given. It stays the bytes that came, so that no integer is rounded.
 * @throws UsageError when it is not a JSON object.
 */
export async function readToolArguments(
  given: string | undefined,
  input: Readable,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (given === undefined) return Buffer.from("{}");
  const read = await readGiven(given, { input, signal, hint: HINT });
  const bytes = textBytes(read, HINT);
  try {
    objectMembers(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new UsageError(`${read.place} is not a JSON object: ${error.message}.`, HINT);
  }
}

function readGiven(given: string, context: ReadContext): Promise<GivenBytes> {
  if (given === "-") return readStandardInput(context);
  if (given.startsWith("@")) return readGivenFile(given.slice(1), context);
  return Promise.resolve({ bytes: Buffer.from(given), place: "The argument" });
}
