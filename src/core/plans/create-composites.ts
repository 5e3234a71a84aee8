import type { Logger } from "../../kernel/log.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Catalog } from "../catalog/index.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../upstream/index.ts";
import type { Composite, Composites, CompositeStore } from "./composites.ts";
import type { Plans } from "./plans.ts";

export interface CompositesDeps {
  readonly catalog: Catalog;
  readonly plans: Pick<Plans, "check" | "start">;
  readonly store: CompositeStore;
  readonly log: Logger;
}

/** Composites with what stands behind their tools. */
export interface RunnableComposites extends Composites {
  /** The plan behind a composite tool, by the tool's id. */
  planOf(tool: string): RawJson | undefined;
  /** Takes over those of the config file. */
  setFile(composites: readonly Omit<Composite, "source">[]): void;
  /** Runs the plan of a composite tool as a `tools/call`. @throws as `Upstreams.call`. */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer>;
}

/** Makes the composites, and reads those that were added over the API. */
export function createComposites(_deps: CompositesDeps): Promise<RunnableComposites> {
  const missing = (): never => {
    throw new GatewayError("internal", "Composites are being built.", {});
  };
  return Promise.resolve({
    list: () => [],
    add: missing,
    remove: missing,
    planOf: () => undefined,
    setFile: () => undefined,
    call: missing,
  });
}
