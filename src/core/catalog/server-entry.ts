import { createGlobMatcher, type TextMatcher } from "../../kernel/glob.ts";
import type { CatalogChange, CatalogServer, CatalogServerSettings } from "./catalog.ts";
import type { ServerId, ToolId } from "./ids.ts";
import type { ToolDraft } from "./read-definition.ts";
import type { DraftsByDigest } from "./read-definitions.ts";
import { compareToolKeys, plainToolId } from "./tool-ids.ts";
import type { Tool } from "./tool.ts";

/** What the catalogue knows of one server. Replaced as a whole when something changes. */
export interface ServerEntry {
  readonly view: CatalogServer;
  readonly isAllowed: TextMatcher;
  /** Everything its server lists, whether allowed or not. */
  readonly drafts: DraftsByDigest;
  /** Those of the drafts that have no plain id. */
  readonly odd: readonly ToolDraft[];
  /** What is allowed, in order. */
  readonly tools: readonly Tool[];
  readonly byName: ReadonlyMap<string, Tool>;
}

/** An entry with these settings, and no tools yet. */
export function declareServer(id: ServerId, settings: CatalogServerSettings): ServerEntry {
  return {
    ...readSettings(id, settings),
    drafts: new Map(),
    odd: [],
    tools: [],
    byName: new Map(),
  };
}

/** What the settings alone decide of an entry. */
export function readSettings(
  id: ServerId,
  settings: CatalogServerSettings,
  upstreamSummary?: string,
): Pick<ServerEntry, "view" | "isAllowed"> {
  const isNamed = settings.allow.length === 0 ? () => true : createGlobMatcher(settings.allow);
  const isDenied = createGlobMatcher(settings.deny);
  const { description, tags } = settings;
  return {
    isAllowed: (name) => isNamed(name) && !isDenied(name),
    view: {
      id,
      ...(description === undefined ? {} : { description }),
      tags: [...tags],
      ...(upstreamSummary === undefined ? {} : { upstreamSummary }),
    },
  };
}

/** The entry with other drafts; its tools are made afterwards, once ids are known. */
export function withDrafts(
  entry: ServerEntry,
  drafts: DraftsByDigest,
  maxIdLength: number,
): ServerEntry {
  const odd = [...drafts.values()].filter((draft) => plainToolId(draft, maxIdLength) === undefined);
  return { ...entry, drafts, odd };
}

/** The entry with the tools that its drafts, its filter and the shortened ids make. */
export function withTools(
  entry: ServerEntry,
  shortened: ReadonlyMap<ToolDraft, ToolId>,
  made: WeakMap<ToolDraft, Tool>,
): ServerEntry {
  const tools: Tool[] = [];
  const byName = new Map<string, Tool>();
  for (const draft of [...entry.drafts.values()].toSorted(compareToolKeys)) {
    if (!entry.isAllowed(draft.name)) continue;
    const tool = toTool(draft, shortened.get(draft), made);
    tools.push(tool);
    byName.set(tool.name, tool);
  }
  return { ...entry, tools, byName };
}

/** Makes a tool once per draft and id, so that what did not change stays the same object. */
function toTool(
  draft: ToolDraft,
  shortened: ToolId | undefined,
  made: WeakMap<ToolDraft, Tool>,
): Tool {
  const id = shortened ?? (`${draft.server}__${draft.name}` as ToolId);
  const earlier = made.get(draft);
  if (earlier?.id === id) return earlier;
  const flags = shortened === undefined ? draft.flags : [...draft.flags, "renamed" as const];
  const tool: Tool = { ...draft, id, flags };
  made.set(draft, tool);
  return tool;
}

/** What is different between two states of a server; `undefined` when nothing is. */
export function diffEntries(
  before: ServerEntry | undefined,
  after: ServerEntry | undefined,
): CatalogChange | undefined {
  const view = (after ?? before)!.view;
  const old = new Map(before?.tools.map((tool) => [tool.id, tool]));
  const added: Tool[] = [];
  const changed: Tool[] = [];
  for (const tool of after?.tools ?? []) {
    const earlier = old.get(tool.id);
    if (earlier === undefined) added.push(tool);
    else if (earlier !== tool) changed.push(tool);
    old.delete(tool.id);
  }
  const removed = [...old.values()];
  const isSame = added.length + changed.length + removed.length === 0;
  if (isSame && JSON.stringify(before?.view) === JSON.stringify(after?.view)) return undefined;
  return { server: view.id, added, changed, removed };
}
