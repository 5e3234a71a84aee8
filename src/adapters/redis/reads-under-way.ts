import type { CacheScope } from "../../core/cache/index.ts";

/** A look-up whose answer has not come yet. */
export interface ReadUnderWay extends Disposable {
  /** Whether what it finds has become void while it was under way. */
  readonly isOvertaken: boolean;
}

/**
 * Look-ups and messages come over different connections: an answer may be older than a message that
 * came before it. What it brings must not be kept by those who have just thrown it away.
 */
export class ReadsUnderWay {
  readonly #reads = new Set<Read>();

  begin(key: string, scopes: readonly CacheScope[]): ReadUnderWay {
    const read = new Read({ key, scopes, all: this.#reads });
    this.#reads.add(read);
    return read;
  }

  /** These entries are void from now on; all, if none are named. */
  overtake(
    what: { readonly scopes: readonly CacheScope[] } | { readonly key: string } | "all",
  ): void {
    for (const read of this.#reads) {
      read.isOvertaken ||=
        what === "all" ||
        ("key" in what
          ? what.key === read.key
          : what.scopes.some((scope) => read.scopes.includes(scope)));
    }
  }
}

class Read implements ReadUnderWay {
  isOvertaken = false;
  readonly key: string;
  readonly scopes: readonly CacheScope[];
  readonly #all: Set<Read>;

  constructor(parts: {
    readonly key: string;
    readonly scopes: readonly CacheScope[];
    readonly all: Set<Read>;
  }) {
    this.key = parts.key;
    this.scopes = parts.scopes;
    this.#all = parts.all;
  }

  [Symbol.dispose](): void {
    this.#all.delete(this);
  }
}
