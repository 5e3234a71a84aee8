import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Upstreams } from "../upstream/index.ts";
import type {
  CompositeDefinition,
  Composites,
  CompositeStore,
  CompositeView,
} from "./composites.ts";
import { checkDefinition } from "./composites/check-definition.ts";
import { createCompositeChecks } from "./composites/composite-checks.ts";
import { createCompositeReview } from "./composites/composite-review.ts";
import { createCompositeServer, type CompositeServer } from "./composites/composite-server.ts";
import { createCompositeSet } from "./composites/composite-set.ts";
import { createCompositeTools, SERVER } from "./composites/composite-tools.ts";
import { readStored } from "./composites/stored-composites.ts";
import type { PlansOptions } from "./options.ts";
import type { Plans } from "./plans.ts";

export interface CompositesDeps {
  readonly catalog: Catalog;
  readonly plans: Pick<Plans, "check" | "start">;
  readonly upstreams: Pick<Upstreams, "status" | "statuses" | "on">;
  readonly store: CompositeStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Composites with what stands behind their tools. Disposing lets go of the catalogue. */
export interface RunnableComposites extends Composites, CompositeServer, Disposable {
  /** The plan behind a composite tool, by the tool's id or alias. */
  planOf(tool: string): RawJson | undefined;
  /** Takes over those of the config file; what holds of tools and rules is looked up anew. */
  setFile(composites: readonly CompositeDefinition[]): void;
}

/** Makes the composites, with those that were added over the API before. */
export async function createComposites(
  options: Pick<PlansOptions, "maxDepth" | "timeoutMs">,
  deps: CompositesDeps,
): Promise<RunnableComposites> {
  const { catalog, clock, log, plans, store } = deps;
  const tools = createCompositeTools({ catalog, log });
  const checks = createCompositeChecks({ tools, plans });
  const set = createCompositeSet(await readKept(store, log), { store, onChange: apply });
  const derive = (): void => tools.publish(set.all());
  const list = (): readonly CompositeView[] => set.all().map(checks.view);
  const review = createCompositeReview({ clock, log, derive, list });
  const changes = catalog.onChange(({ server }) => {
    if (server !== SERVER) review.noteChange();
  });

  function apply(): void {
    derive();
    review.noteChange();
  }

  function planOf(tool: string): RawJson | undefined {
    const name = tools.nameOf(tool);
    return name === undefined ? undefined : set.get(name)?.plan;
  }

  apply();
  return {
    ...createCompositeServer(options, { ...deps, set, tools, planOf, since: clock.now() }),
    list,
    async add(composite, principal) {
      checkDefinition(composite);
      return checks.view(await set.add(composite, () => checks.require(composite, principal)));
    },
    remove: (name) => set.remove(name),
    setFile: (composites) => set.setFile(composites),
    planOf,
    [Symbol.dispose]() {
      changes[Symbol.dispose]();
      review[Symbol.dispose]();
    },
  };
}

async function readKept(
  store: CompositeStore,
  log: Logger,
): Promise<readonly CompositeDefinition[]> {
  const { composites, notice } = await store.read();
  if (notice !== undefined) log.warn({}, notice);
  if (composites === undefined) return [];
  const { sound, broken } = readStored(composites);
  if (broken.length > 0) {
    log.error({ composites: broken }, "Some added composites are broken and left out.");
  }
  return sound;
}
