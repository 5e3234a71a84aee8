import type { RawJson } from "../../kernel/raw-json.ts";
import type { ServerId, ToolId } from "./ids.ts";
import type { Tool, ToolFlag } from "./tool.ts";

/** What the operator says of a server; its own words are kept apart, since they may carry injections. */
export interface CatalogServer {
  readonly id: ServerId;
  readonly description?: string;
  readonly tags: readonly string[];
  /** The upstream's own words (name, instructions), for routing only. */
  readonly upstreamSummary?: string;
}

/** A change of the catalogue, as a diff. */
export interface CatalogChange {
  readonly server: ServerId;
  readonly added: readonly Tool[];
  readonly changed: readonly Tool[];
  readonly removed: readonly Tool[];
}

/** Which of a server's tools are taken up, and under what words. */
export interface CatalogServerSettings {
  readonly description?: string;
  readonly tags: readonly string[];
  /** Globs over upstream names; an empty `allow` allows all, `deny` wins. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** All tools of all servers, by id, in a deterministic order (server, then upstream name). */
export interface Catalog {
  /** Counts changes; equal versions mean equal contents. */
  readonly version: number;
  readonly size: number;
  /** By its id, or by its alias `<server>__<upstream name>` where the id had to be shortened. */
  tool(id: string): Tool | undefined;
  /** The tool of a server by its upstream name. */
  toolByName(server: ServerId, name: string): Tool | undefined;
  tools(): readonly Tool[];
  toolsOf(server: ServerId): readonly Tool[];
  server(id: ServerId): CatalogServer | undefined;
  servers(): readonly CatalogServer[];
  /** Ids most like `wanted` among those that `isVisible` allows, for "did you mean". */
  nearest(wanted: string, isVisible: (tool: Tool) => boolean): readonly ToolId[];
  /** Declares a server, or changes its settings; its tools are kept and filtered anew. */
  setServer(id: ServerId, settings: CatalogServerSettings): void;
  removeServer(id: ServerId): void;
  /**
   * Takes up a server's whole list, as raw definitions; odd ones are repaired, flagged or left out
   * with a reason, and never spoil the rest. The list of a server that has not been declared (or no
   * longer is) is left out as a whole.
   */
  replaceTools(
    server: ServerId,
    definitions: readonly RawJson[],
    upstreamSummary?: string,
  ): { readonly rejected: readonly { readonly name: string; readonly reason: string }[] };
  /** Notes what has been found odd about a tool while it was used; a tool that has changed since is left alone. */
  addFlag(tool: Tool, flag: ToolFlag): void;
  /** Hears of every change, after it is in force; also when only the words about a server changed. */
  onChange(listener: (change: CatalogChange) => void): Disposable;
}
