import type { JsonObject } from "../../kernel/json.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";

/** A plan under a name. */
export interface Composite {
  /** 1–48 of A–Z, a–z, 0–9, `_` and `-`, a letter first. */
  readonly name: string;
  readonly description: string;
  /** The plan; its `inputSchema` becomes the tool's. */
  readonly plan: RawJson;
  /** `file` ones come from the config, `overlay` ones were added over the API. */
  readonly source: "file" | "overlay";
}

/** A composite as operators see it. */
export interface CompositeView extends Composite {
  /** The gateway's id of the tool. */
  readonly tool: string;
  /** Whether its plan passes its check now; if not, why, in one line. */
  readonly problem?: string;
}

/** Where composites added over the API are kept. */
export interface CompositeStore {
  read(): Promise<JsonObject>;
  write(composites: JsonObject): Promise<void>;
}

/** The plans that are tools. */
export interface Composites {
  list(): readonly CompositeView[];
  /**
   * Adds or replaces one over the API; it is kept over restarts.
   * @throws GatewayError `invalid-plan` (also for recursion), `invalid-request`, `server-exists` for
   *   a name that the config file holds.
   */
  add(composite: Omit<Composite, "source">, principal: Principal): Promise<CompositeView>;
  /** @throws GatewayError `unknown-tool`; `forbidden` for one of the config file. */
  remove(name: string): Promise<void>;
}
