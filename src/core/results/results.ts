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

/** A piece of a stored result. */
export interface ResultPage {
  readonly handle: string;
  /** UTF-8 text; offsets count bytes, pages never cut a character. */
  readonly text: string;
  readonly offset: number;
  readonly nextOffset?: number;
  readonly totalBytes: number;
}

/** Keeps results that are too large to hand to a model, bounded in bytes, count and time. */
export interface Results {
  /** Largest result answered whole, in bytes. */
  readonly maxInlineBytes: number;
  put(body: RawJson, principal: Principal): ResultHandle;
  /**
   * Reads a piece; with `path` (JMESPath) what the expression gives, as JSON.
   * @throws GatewayError `unknown-result` (also for another principal's), `invalid-request`.
   */
  read(
    handle: string,
    request: { readonly offset?: number; readonly limit?: number; readonly path?: string },
    principal: Principal,
  ): ResultPage;
}
