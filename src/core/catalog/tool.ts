import type { JsonObject } from "../../kernel/json.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { ServerId, ToolId } from "./ids.ts";

/** The behaviour hints of a tool, as its server gives them (untrusted). */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/**
 * What is odd about a tool, though it can be called. With a `schema-…` flag its arguments are passed
 * on unvalidated; `renamed` says that its id is a shortened one.
 */
export type ToolFlag =
  | "schema-missing"
  | "schema-uncompilable"
  | "schema-remote-ref"
  | "schema-hostile-pattern"
  | "schema-too-large"
  | "renamed";

/** One tool of one server, as the gateway knows it. Immutable: a change makes a new one. */
export interface Tool {
  readonly id: ToolId;
  readonly server: ServerId;
  /** The upstream's own name. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** The parsed schemas, for validation, search and plans. */
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  /** Whether the server says that the tool changes nothing: the ground for retries and coalescing. */
  readonly readOnly: boolean;
  readonly flags: readonly ToolFlag[];
  /** The definition as its server sent it, unknown fields included. */
  readonly definition: RawJson;
  /** Hex SHA-256 over canonical name, description, schemas and annotations. */
  readonly fingerprint: string;
}
