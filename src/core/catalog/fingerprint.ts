import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Tool } from "./tool.ts";

/** What of a tool its callers depend on. */
export type FingerprintedParts = Pick<
  Tool,
  "name" | "description" | "inputSchema" | "outputSchema" | "annotations"
>;

/**
 * Hex SHA-256 over the canonical form (RFC 8785) of a tool's name, description, schemas and
 * annotations: equal for definitions that differ only in layout, order or other members. A
 * definition without a canonical form (a lone surrogate) is hashed as it came.
 */
export function toolFingerprint(parts: FingerprintedParts, definition: RawJson): string {
  const hash = createHash("sha256");
  const { name, description, inputSchema, outputSchema, annotations } = parts;
  try {
    const text = canonicalize({ name, description, inputSchema, outputSchema, annotations });
    return hash.update(text ?? "").digest("hex");
  } catch {
    return hash.update(definition.bytes).digest("hex");
  }
}
