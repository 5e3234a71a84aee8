import type { RawJson } from "../../../kernel/raw-json.ts";
import { parseSpan, type Span } from "../../../mcp/json-scan.ts";
import { membersOf } from "../../../mcp/members-of.ts";

/** What a server says of how long, and for whom, its answer holds. */
export interface DeclaredLife {
  readonly ttlMs?: number;
  /** Whether it may be given to others than its caller; nothing is said where it is absent. */
  readonly isPublic?: boolean;
}

const OPEN_BRACKET = 0x5b;
const MAX_TTL_MS = 604_800_000;

/**
 * Looks at a `tools/call` result: gives what it says of its life, or `undefined` when it must not be
 * kept, since it is no complete, successful result of a tool.
 */
export function readAnswer(body: RawJson): DeclaredLife | undefined {
  const members = scan(body);
  if (members === undefined) return undefined;
  const read = (name: string): unknown => {
    const span = members.get(name);
    return span && parseSpan(body.bytes, span);
  };
  const content = members.get("content");
  const hasContent = content !== undefined && body.bytes[content.start] === OPEN_BRACKET;
  if (!hasContent && !members.has("structuredContent")) return undefined;
  if ((read("isError") ?? false) !== false) return undefined;
  if ((read("resultType") ?? "complete") !== "complete") return undefined;
  return lifeOf(read("ttlMs"), read("cacheScope"));
}

function scan(body: RawJson): ReadonlyMap<string, Span> | undefined {
  try {
    return membersOf(body);
  } catch {
    return undefined;
  }
}

/** A time to live that makes no sense is none at all: 0. */
function lifeOf(ttlMs: unknown, cacheScope: unknown): DeclaredLife {
  const isTime = typeof ttlMs === "number" && ttlMs >= 0;
  return {
    ...(ttlMs !== undefined && { ttlMs: isTime ? Math.min(ttlMs, MAX_TTL_MS) : 0 }),
    ...(cacheScope !== undefined && { isPublic: cacheScope === "public" }),
  };
}
