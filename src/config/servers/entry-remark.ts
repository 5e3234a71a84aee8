import type { ConfigPath } from "../problem.ts";

/** A problem or warning inside an entry. */
export interface EntryRemark {
  /** From the entry on. */
  readonly path: ConfigPath;
  /** Whether it is about the key rather than its value. */
  readonly atKey: boolean;
  readonly message: string;
}
