import type { Logger } from "../../../kernel/log.ts";
import type { Catalog, ServerId, ToolAnnotations } from "../../catalog/index.ts";
import type { Composite } from "../composites.ts";
import { COMPOSITES_SERVER } from "../options.ts";
import { deriveAnnotations } from "./derive-annotations.ts";
import { toolDefinition } from "./tool-definition.ts";

/** The server of the catalogue that composite tools stand under. */
export const SERVER = COMPOSITES_SERVER as ServerId;

/** What agents read of it. */
export const SERVER_DESCRIPTION =
  "Ready-made plans: each does in one call what takes several tools";

export interface CompositeToolsDeps {
  readonly catalog: Catalog;
  readonly log: Logger;
}

/** Composites as tools of the catalogue. */
export interface CompositeTools {
  /** Puts these composites into the catalogue, as far as something about them is new. */
  publish(composites: readonly Composite[]): void;
  /** The gateway's id of a composite's tool. */
  idOf(name: string): string;
  /** The name of the composite behind a tool, by the tool's id or alias. */
  nameOf(tool: string): string | undefined;
}

/** Makes the tools of composites; the catalogue has none of them yet. */
export function createCompositeTools({ catalog, log }: CompositeToolsDeps): CompositeTools {
  const nameOf = (tool: string): string | undefined => {
    const found = catalog.tool(tool);
    return found?.server === SERVER ? found.name : undefined;
  };
  return {
    nameOf,
    idOf: (name) => catalog.toolByName(SERVER, name)?.id ?? `${SERVER}__${name}`,
    publish(composites) {
      if (composites.length === 0) return catalog.removeServer(SERVER);
      catalog.setServer(SERVER, { description: SERVER_DESCRIPTION, tags: [], allow: [], deny: [] });
      const annotationsOf = annotationsAmong(composites, catalog);
      const definitions = composites.map((each) => toolDefinition(each, annotationsOf));
      const { rejected } = catalog.replaceTools(SERVER, definitions);
      if (rejected.length > 0) log.warn({ rejected }, "Some composites cannot be tools.");
    },
  };
}

/** What tools are like, with composites read afresh: what the catalogue has of those may be out of date. */
function annotationsAmong(composites: readonly Composite[], catalog: Catalog) {
  const byName = new Map(composites.map((composite) => [composite.name, composite]));
  const derived = new Map<string, ToolAnnotations | undefined>();

  return function annotationsOf(tool: string): ToolAnnotations | undefined {
    const found = catalog.tool(tool);
    const name = found?.server === SERVER ? found.name : aliasedName(tool);
    const composite = name === undefined ? undefined : byName.get(name);
    if (composite === undefined) {
      return found === undefined || found.server === SERVER ? undefined : (found.annotations ?? {});
    }
    if (!derived.has(composite.name)) {
      // A composite that leads back to itself may do anything.
      derived.set(composite.name, undefined);
      derived.set(composite.name, deriveAnnotations(composite.plan, annotationsOf));
    }
    return derived.get(composite.name);
  };
}

/** The name in an id of a composite that the catalogue does not hold yet. */
function aliasedName(tool: string): string | undefined {
  const prefix = `${SERVER}__`;
  return tool.startsWith(prefix) ? tool.slice(prefix.length) : undefined;
}
