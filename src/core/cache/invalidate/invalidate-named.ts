import { GatewayError } from "../../../kernel/errors.ts";
import type { InvalidateRequest, InvalidationNote } from "../caches.ts";
import type { CacheParts } from "../create-caches.ts";
import { namedScopes } from "./named-scopes.ts";

/**
 * Voids what an operator names, in every tier, and tells what of it is not known here.
 * @throws GatewayError `invalid-request` when nothing is named; `unknown-server`, `unknown-tool`.
 */
export async function invalidateNamed(
  request: InvalidateRequest,
  parts: CacheParts,
): Promise<readonly InvalidationNote[]> {
  checkNamed(request);
  const scopes = namedScopes(request, parts);
  const notes = notesOn(request, parts);
  await parts.invalidations.run(scopes);
  if (request.key !== undefined) await forget(request.key, parts);
  return notes;
}

/** Drops the entry of a key from memory, and what was asked for before. */
export function revoke(
  key: string,
  { clock, memory, semantic }: Pick<CacheParts, "clock" | "memory" | "semantic">,
): void {
  memory.revoke(key, clock.monotonic());
  semantic?.remove(key);
}

function checkNamed({ server, tool, tag, key }: InvalidateRequest): void {
  if ((server ?? tool ?? tag ?? key) !== undefined) return;
  const message = "Nothing is named to invalidate: give at least one of server, tool, tag and key.";
  const violations = [{ path: "", message: "must name server, tool, tag or key" }];
  throw new GatewayError("invalid-request", message, { violations });
}

function notesOn({ tag, key }: InvalidateRequest, parts: CacheParts): InvalidationNote[] {
  const notes: InvalidationNote[] = [];
  if (tag !== undefined && !parts.ruleBook.hasTag(tag)) {
    const message = `No rule has the tag "${tag}": nothing is kept under it here.`;
    notes.push({ member: "tag", message });
  }
  if (key !== undefined && !parts.memory.has(key)) {
    const elsewhere = parts.shared === undefined ? "" : " Redis was told to forget it.";
    const message = `Nothing is kept in memory under that key, which is of one caller and one set of arguments.${elsewhere}`;
    notes.push({ member: "key", message });
  }
  return notes;
}

async function forget(key: string, parts: CacheParts): Promise<void> {
  revoke(key, parts);
  if (parts.shared === undefined) return;
  await parts.shared.remove(key);
  // Once more: it may have been read from L2 in between.
  revoke(key, parts);
}
