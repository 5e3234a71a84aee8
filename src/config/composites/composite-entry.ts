import type { JsonObject } from "../../kernel/json.ts";

/** A plan that the file makes a tool of, checked as far as can be without knowing the tools. */
export interface CompositeEntry {
  /** 1–48 of A–Z, a–z, 0–9, `_` and `-`, a letter first. */
  readonly name: string;
  readonly description: string;
  readonly title?: string;
  readonly outputSchema?: JsonObject;
  readonly plan: JsonObject;
}
