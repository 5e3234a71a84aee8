import { GatewayError } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import type { Composite, CompositeDefinition, CompositeStore } from "../composites.ts";
import { COMPOSITES_SERVER } from "../options.ts";
import { encodeStored } from "./stored-composites.ts";

/** Most composites that are kept for the API. */
const MAX_ADDED = 1_000;

export interface CompositeSetDeps {
  readonly store: Pick<CompositeStore, "write">;
  /** Told after every change. */
  readonly onChange: () => void;
}

/** The composites of the config file and those added over the API, put together: the file's names win. */
export interface CompositeSet {
  readonly size: number;
  get(name: string): Composite | undefined;
  /** By name. */
  all(): readonly Composite[];
  /** Takes over those of the config file. */
  setFile(composites: readonly CompositeDefinition[]): void;
  /**
   * Keeps one, on disk first, then in force; changes happen one after another. `check` is asked when
   * its turn has come.
   * @throws what `check` throws; GatewayError `composite-exists`, `invalid-request` when there are too
   *   many; the store's error.
   */
  add(composite: CompositeDefinition, check: () => void): Promise<Composite>;
  /** @throws GatewayError `unknown-tool`, `forbidden` for one of the file; the store's error. */
  remove(name: string): Promise<void>;
}

/** Makes the set with what was kept before. */
export function createCompositeSet(
  kept: readonly CompositeDefinition[],
  deps: CompositeSetDeps,
): CompositeSet {
  let file = byName([], "file");
  let added = byName(kept, "overlay");
  let all = merge();
  let last: Promise<unknown> = Promise.resolve();

  function merge(): ReadonlyMap<string, Composite> {
    const merged = [...new Map([...added, ...file])];
    return new Map(merged.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  function apply(): void {
    all = merge();
    deps.onChange();
  }

  async function keep(next: ReadonlyMap<string, Composite>): Promise<void> {
    await deps.store.write(encodeStored(next.values()));
    added = next;
    apply();
  }

  function inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const done = last.then(change);
    last = done.catch(() => undefined);
    return done;
  }

  return {
    get size() {
      return all.size;
    },
    get: (name) => all.get(name),
    all: () => [...all.values()],
    setFile(composites) {
      file = byName(composites, "file");
      apply();
    },
    add: (definition, check) =>
      inTurn(async () => {
        const { name } = definition;
        if (file.has(name)) throw standsInFile(name);
        if (!added.has(name) && added.size >= MAX_ADDED) throw tooMany();
        check();
        const composite: Composite = { ...definition, source: "overlay" };
        await keep(new Map([...added, [name, composite]]));
        return composite;
      }),
    remove: (name) =>
      inTurn(async () => {
        if (file.has(name)) throw notOverApi(name);
        if (!added.has(name)) throw unknownComposite(name, all.keys());
        await keep(new Map([...added].filter(([other]) => other !== name)));
      }),
  };
}

function byName(
  composites: readonly CompositeDefinition[],
  source: Composite["source"],
): ReadonlyMap<string, Composite> {
  return new Map(composites.map((composite) => [composite.name, { ...composite, source }]));
}

function standsInFile(name: string): GatewayError<"composite-exists"> {
  const message = `The config file has a composite ${name}; change it there, or choose another name.`;
  return new GatewayError("composite-exists", message, { composite: name });
}

function notOverApi(name: string): GatewayError<"forbidden"> {
  const message = `The composite ${name} stands in the config file; remove it there.`;
  return new GatewayError("forbidden", message, { reason: "config-file" });
}

function tooMany(): GatewayError<"invalid-request"> {
  const message = `There are ${MAX_ADDED} added composites already; remove one first, or write it into the config file.`;
  return new GatewayError("invalid-request", message, {
    violations: [{ path: "/name", message: "is one composite too many" }],
  });
}

/** What is said of a composite that is not there. */
export function unknownComposite(
  name: string,
  known: Iterable<string>,
): GatewayError<"unknown-tool"> {
  const tool = `${COMPOSITES_SERVER}__${name.slice(0, 100)}`;
  const nearest = nearestNames(name, known).map((near) => `${COMPOSITES_SERVER}__${near}`);
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
  return new GatewayError("unknown-tool", `There is no tool "${tool}".${hint}`, { tool, nearest });
}
