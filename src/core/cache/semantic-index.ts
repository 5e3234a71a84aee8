import type { Cancellation } from "../../kernel/abort.ts";
import type { RawJson } from "../../kernel/raw-json.ts";

/** A call whose arguments mean nearly the same as another's. */
export interface SemanticMatch {
  /** Key of the entry that was made for it. */
  readonly key: string;
  /** Cosine of the text arguments, 0–1. */
  readonly similarity: number;
  readonly arguments: RawJson;
}

/** Where a call may look for neighbours: everything that must be equal beside its arguments, as one text. */
export interface SemanticPlace {
  /** Tenant, identity scope, server, config and tool: the part of the cache key that is not arguments. */
  readonly partition: string;
  /** The server that is called: each may have so many entries and no more. */
  readonly server: string;
  /** The cosine from which on it is a neighbour. */
  readonly threshold: number;
}

/** Finds earlier calls that mean nearly the same (the index of L3). */
export interface SemanticIndex extends AsyncDisposable {
  /** Entries in it, and roughly the bytes they take. */
  readonly size: number;
  readonly bytes: number;
  /**
   * The nearest earlier call, by the text arguments' embedding, among those whose other arguments
   * and whose entities (numbers, dates, quoted strings, identifiers, paths, URLs, addresses, names,
   * negations, comparators, units) are equal. `undefined` where there is none, or the arguments hold
   * no text that could be compared.
   */
  find(
    place: SemanticPlace,
    args: RawJson,
    signal: Cancellation,
  ): Promise<SemanticMatch | undefined>;
  /** Takes up a call whose answer has been kept under `key`. Never rejects. */
  add(place: SemanticPlace, args: RawJson, key: string): Promise<void>;
  /** Forgets calls whose entries are gone. */
  remove(key: string): void;
  clear(): void;
}
