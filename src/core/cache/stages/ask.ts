import type { Call, Next } from "../../calls/index.ts";
import type { Caching } from "../policy/caching.ts";

/** A call that may be answered from the cache. */
export interface Ask {
  readonly call: Call;
  /** The rest of the pipeline. */
  readonly next: Next;
  readonly caching: Caching;
  readonly key: string;
  /** Everything that has a part in the answer but the arguments. */
  readonly partition: string;
  /** How often its scopes had been invalidated when it came. */
  readonly generation: number;
}
