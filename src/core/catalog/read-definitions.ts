import { createHash } from "node:crypto";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { ServerId } from "./ids.ts";
import type { CatalogOptions } from "./options.ts";
import { readDefinition, type RejectedDefinition, type ToolDraft } from "./read-definition.ts";

/** Tools that have been read, by SHA-256 of their definitions: what comes again is not read again. */
export type DraftsByDigest = ReadonlyMap<string, ToolDraft>;

/** Reads a server's whole list. Of equal names the first counts; what is beyond the limit is left out. */
export function readDefinitions(
  server: ServerId,
  definitions: readonly RawJson[],
  context: { readonly previous: DraftsByDigest; readonly options: CatalogOptions },
): { readonly drafts: DraftsByDigest; readonly rejected: readonly RejectedDefinition[] } {
  const { previous, options } = context;
  const names = new Set<string>();
  const drafts = new Map<string, ToolDraft>();
  const rejected: RejectedDefinition[] = [];
  for (const definition of definitions.slice(0, options.maxToolsPerServer)) {
    const digest = createHash("sha256").update(definition.bytes).digest("base64");
    const known = previous.get(digest);
    const read =
      known === undefined
        ? readDefinition(server, definition, options)
        : { kind: "draft" as const, draft: known };
    if (read.kind === "rejected") {
      rejected.push({ name: read.name, reason: read.reason });
    } else if (names.has(read.draft.name)) {
      rejected.push({ name: read.draft.name, reason: "an earlier tool has the same name" });
    } else {
      names.add(read.draft.name);
      drafts.set(digest, read.draft);
    }
  }
  const tooMany = definitions.length - options.maxToolsPerServer;
  if (tooMany > 0) {
    const reason = `a server may have ${options.maxToolsPerServer} tools, ${tooMany} more were listed`;
    rejected.push({ name: "(too many)", reason });
  }
  return { drafts, rejected };
}
