import { GatewayError, type Violation } from "../../kernel/errors.ts";
import type { JsonValue } from "../../kernel/json.ts";
import { ExpressionError, searchJson } from "../expressions/index.ts";
import type { ResultDocument } from "./document.ts";
import type { ResultPage, ResultReadRequest } from "./results.ts";
import { utf8Page } from "./utf8-page.ts";

const DEFAULT_PAGE_BYTES = 16_384;
const MAX_PAGE_BYTES = 1_048_576;
/** About a fifth of a second of evaluation at the most. */
const SEARCH_LIMITS = {
  maxExpressionLength: 2_048,
  maxSteps: 2_000_000,
  maxOutputLength: 8_388_608,
} as const;

/** @throws GatewayError `invalid-request` naming all that is wrong with the request. */
export function checkReadRequest({ offset, limit, path }: ResultReadRequest): void {
  const violations: Violation[] = [];
  if (offset !== undefined && !(Number.isSafeInteger(offset) && offset >= 0)) {
    violations.push({ path: "/offset", message: `must be a whole number ≥ 0, not ${offset}` });
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_BYTES)) {
    violations.push({
      path: "/limit",
      message: `must be a whole number from 1 to ${MAX_PAGE_BYTES}, not ${limit}`,
    });
  }
  if (path !== undefined && path.trim() === "") {
    violations.push({ path: "/path", message: "must not be empty; leave it out to page" });
  }
  if (violations.length > 0) throw invalidRequest(violations);
}

/**
 * Cuts the wanted piece out of a document, or out of what `path` gives over it.
 * @throws GatewayError `invalid-request`
 */
export function readPage(
  document: ResultDocument,
  request: ResultReadRequest,
  maxPathInputBytes: number,
): Omit<ResultPage, "handle"> {
  const { path, offset = 0, limit = DEFAULT_PAGE_BYTES } = request;
  const bytes = path === undefined ? document.bytes : select(document, path, maxPathInputBytes);
  if (offset > bytes.length) {
    throw invalid("/offset", `${offset} is past the end; there are ${bytes.length} bytes`);
  }
  const page = utf8Page(bytes, { offset, limit });
  return {
    text: page.text,
    offset: page.start,
    ...(page.end < bytes.length ? { nextOffset: page.end } : {}),
    totalBytes: bytes.length,
  };
}

/** Parsed anew each time: keeping the parsed value would cost several times the stored bytes. */
function select(document: ResultDocument, path: string, maxInputBytes: number): Uint8Array {
  const { bytes, mimeType } = document;
  if (mimeType !== "application/json") {
    throw invalid("/path", "the stored result is plain text, not JSON; page through it by offset");
  }
  if (bytes.length > maxInputBytes) {
    const limits = `the stored result has ${bytes.length} bytes, and a path is run over at most ${maxInputBytes}`;
    throw invalid("/path", `${limits}; page through it by offset`);
  }
  const value = JSON.parse(new TextDecoder().decode(bytes)) as JsonValue;
  try {
    return new TextEncoder().encode(JSON.stringify(searchJson(value, path, SEARCH_LIMITS).value));
  } catch (error) {
    if (error instanceof ExpressionError) throw invalid("/path", error.message);
    throw error;
  }
}

function invalid(path: string, message: string): GatewayError {
  return invalidRequest([{ path, message }]);
}

function invalidRequest(violations: readonly Violation[]): GatewayError {
  const text = violations.map(({ path, message }) => `${path.slice(1)}: ${message}`).join("; ");
  return new GatewayError("invalid-request", `The stored result cannot be read so: ${text}.`, {
    violations,
  });
}
