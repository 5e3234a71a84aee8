import type { RawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";

/** A plan under a name. */
export interface Composite {
  /** 1–48 of A–Z, a–z, 0–9, `_` and `-`, a letter first. */
  readonly name: string;
  /** 1–2,000 characters. */
  readonly description: string;
  /** 1–200 characters. */
  readonly title?: string;
  /** The plan; its `inputSchema` becomes the tool's. */
  readonly plan: RawJson;
  /** JSON Schema of an object; by default what the plan's `output` tells, if anything. */
  readonly outputSchema?: RawJson;
  /** `file` ones come from the config, `overlay` ones were added over the API. */
  readonly source: "file" | "overlay";
}

/** A composite that is to be taken up. */
export type CompositeDefinition = Omit<Composite, "source">;

/** A composite as operators see it. */
export interface CompositeView extends Composite {
  /** The gateway's id of the tool. */
  readonly tool: string;
  /** Why its plan does not pass its check now, in one line; absent when it does. */
  readonly problem?: string;
}

/** What was kept of the composites that were added over the API. */
export interface StoredComposites {
  /** An object: definitions by name, each without its name. Absent: none were kept. */
  readonly composites?: RawJson;
  /** For the log: what was wrong with what was kept, and what was done. */
  readonly notice?: string;
}

/** Where composites added over the API are kept. */
export interface CompositeStore {
  read(): Promise<StoredComposites>;
  /** Keeps these instead; plans keep their bytes. */
  write(composites: RawJson): Promise<void>;
}

/** The plans that are tools. */
export interface Composites {
  list(): readonly CompositeView[];
  /**
   * Adds or replaces one over the API; it is kept over restarts.
   * @throws GatewayError `invalid-plan` (also for recursion), `invalid-request`, `composite-exists` for
   *   a name that the config file holds.
   */
  add(composite: CompositeDefinition, principal: Principal): Promise<CompositeView>;
  /** @throws GatewayError `unknown-tool`; `forbidden` for one of the config file. */
  remove(name: string): Promise<void>;
}
