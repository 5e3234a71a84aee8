import type { RawJson } from "../../kernel/raw-json.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { readToolsPage, type ToolsPage } from "../../mcp/tools-page.ts";
import type { Connection } from "./connection.ts";
import { LinkError } from "./link.ts";
import { RpcFailure } from "./rpc-failure.ts";

/** A server's whole tool list. */
export interface ToolList {
  readonly definitions: readonly RawJson[];
  /** How long the server says that it may be kept. */
  readonly ttlMs: number | undefined;
}

/**
 * Reads a server's tool list to its end; a server that knows no `tools/list` has no tools.
 * @throws LinkError `protocol` for a malformed page, a cursor that comes back, or more than the
 *   allowed pages or tools; else as `Connection.request`.
 */
export async function listTools(
  limits: { readonly maxPages: number; readonly maxTools: number },
  connection: Connection,
  signal: AbortSignal,
): Promise<ToolList> {
  const definitions: RawJson[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  let ttlMs: number | undefined;
  do {
    const page = await readPage({ connection, cursor, signal });
    if (page === undefined) return { definitions: [], ttlMs: undefined };
    for (const definition of page.definitions) definitions.push(definition);
    ttlMs = page.ttlMs;
    cursor = page.nextCursor;
    if (definitions.length > limits.maxTools) throw tooMuch(`${limits.maxTools} tools`);
    if (cursor !== undefined && cursors.has(cursor)) throw broken("its cursors go in a circle");
    if (cursor !== undefined) cursors.add(cursor);
    if (cursors.size >= limits.maxPages) throw tooMuch(`${limits.maxPages} pages`);
  } while (cursor !== undefined);
  return { definitions, ttlMs };
}

async function readPage(page: {
  readonly connection: Connection;
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
}): Promise<ToolsPage | undefined> {
  const members = page.cursor === undefined ? undefined : { cursor: page.cursor };
  let result: RawJson;
  try {
    result = await page.connection.request("tools/list", members, page.signal);
  } catch (error) {
    const hasNoTools = error instanceof RpcFailure && error.error.code === RPC.methodNotFound;
    if (hasNoTools && page.cursor === undefined) return undefined;
    throw error;
  }
  try {
    return readToolsPage(result);
  } catch (error) {
    throw broken((error as Error).message);
  }
}

function tooMuch(limit: string): LinkError {
  return broken(`it has more than ${limit}, the most allowed`);
}

function broken(what: string): LinkError {
  return new LinkError("protocol", `the tool list cannot be used: ${what}`, { reached: true });
}
