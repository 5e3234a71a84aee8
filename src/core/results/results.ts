import type { Principal } from "../access/index.ts";
import type { RawJson } from "../../kernel/raw-json.ts";

/** Where a stored result can be read, and until when. */
export interface ResultHandle {
  /** Unguessable; readable only by the principal that made the call. */
  readonly handle: string;
  readonly bytes: number;
  readonly mimeType: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Which piece of a stored result is wanted. */
export interface ResultReadRequest {
  /** Bytes to skip, default 0; inside a character it moves back to its beginning. */
  readonly offset?: number;
  /** Most bytes to give, 1–1,048,576, default 16,384; one character is given in any case. */
  readonly limit?: number;
  /** JMESPath of at most 2,048 characters; offsets then count in the JSON of its answer. */
  readonly path?: string;
}

/** A piece of a stored result. */
export interface ResultPage {
  readonly handle: string;
  /** UTF-8 text; offsets count bytes, pages never cut a character. */
  readonly text: string;
  readonly offset: number;
  /** Where the next piece begins; absent at the end. */
  readonly nextOffset?: number;
  readonly totalBytes: number;
}

/** Keeps results that are too large to hand to a model, bounded in bytes, count and time. */
export interface Results {
  /** Largest result answered whole, in bytes. */
  readonly maxInlineBytes: number;
  /** How much of a larger one its preview shows, in bytes. */
  readonly previewBytes: number;
  /**
   * Stores a `tools/call` result: one that is a single text as that text, any other as the whole
   * result object.
   * @throws GatewayError `payload-too-large` when it does not fit even into the empty store.
   */
  put(body: RawJson, principal: Principal): ResultHandle;
  /**
   * Reads a piece; with `path` what the expression gives over the stored JSON (numbers beyond 2^53
   * are rounded there), as JSON.
   * @throws GatewayError `unknown-result` (also for another principal's), `invalid-request`.
   */
  read(handle: string, request: ResultReadRequest, principal: Principal): ResultPage;
}
