import type { Logger } from "../../kernel/log.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { encodeParamHeaders, readParamHeaders, type ParamHeader } from "../../mcp/param-headers.ts";
import type { ServerIdentity } from "../../mcp/server-identity.ts";
import { isJsonObject } from "../../kernel/json.ts";
import type { Catalog, ServerId } from "../catalog/index.ts";
import type { Negotiated } from "./handshake.ts";

/** What upstreams ask of the catalogue. */
export type CatalogSink = Pick<Catalog, "setServer" | "replaceTools" | "removeServer">;

/** Hands a server's tool lists to the catalogue, and remembers what calls need of them. */
export interface CatalogFeed {
  /**
   * Takes up a whole list; one that is byte for byte the last one is not handed on again. Tells
   * whether it was.
   */
  take(definitions: readonly RawJson[], negotiated: Negotiated): boolean;
  /** The `Mcp-Param-…` lines of a call: modern servers may ask for arguments in headers. */
  paramHeaders(tool: string, args: RawJson): readonly string[];
}

const NONE: readonly string[] = [];
const MAX_SUMMARY_LENGTH = 4_096;
const MAX_REJECTIONS_LOGGED = 10;

/** Makes a feed for one server. */
export function createCatalogFeed(
  options: { readonly server: ServerId },
  deps: { readonly catalog: CatalogSink; readonly log: Logger },
): CatalogFeed {
  let last: { readonly definitions: readonly RawJson[]; readonly summary: string } | undefined;
  let headers = new Map<string, readonly ParamHeader[]>();

  function hand(definitions: readonly RawJson[], summary: string): void {
    const words = summary === "" ? [] : ([summary] as const);
    const { rejected } = deps.catalog.replaceTools(options.server, definitions, ...words);
    if (rejected.length === 0) return;
    const examples = rejected.slice(0, MAX_REJECTIONS_LOGGED);
    deps.log.warn({ count: rejected.length, examples }, "Some tools cannot be used.");
  }

  return {
    take(definitions, negotiated) {
      const summary = summaryOf(negotiated.identity);
      if (last?.summary === summary && isSameList(last.definitions, definitions)) return false;
      last = { definitions, summary };
      headers = negotiated.codec.era === "modern" ? headersByTool(definitions) : new Map();
      hand(definitions, summary);
      return true;
    },
    paramHeaders(tool, args) {
      if (headers.size === 0) return NONE;
      return encodeParamHeaders(headers.get(tool) ?? [], args);
    },
  };
}

function headersByTool(definitions: readonly RawJson[]): Map<string, readonly ParamHeader[]> {
  const found = new Map<string, readonly ParamHeader[]>();
  for (const definition of definitions) {
    const headers = readParamHeaders(definition);
    if (headers.length === 0) continue;
    const tool = definition.value();
    if (isJsonObject(tool) && typeof tool["name"] === "string") found.set(tool["name"], headers);
  }
  return found;
}

function isSameList(a: readonly RawJson[], b: readonly RawJson[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((item, index) => Buffer.compare(item.bytes, b[index]!.bytes) === 0);
}

/** The server's own words, for routing only. */
function summaryOf(identity: ServerIdentity): string {
  const words = [identity.title ?? identity.name, identity.instructions];
  return words
    .filter((text) => text !== undefined)
    .join("\n")
    .slice(0, MAX_SUMMARY_LENGTH);
}
