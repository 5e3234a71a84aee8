import { createBuiltinEmbedder } from "../../src/adapters/embedding/builtin/index.ts";
import type { Access, Principal } from "../../src/core/access/index.ts";
import { createAccess } from "../../src/core/access/index.ts";
import {
  CATALOG_DEFAULTS,
  createCatalog,
  type Catalog,
  type CatalogServerSettings,
  type ServerId,
} from "../../src/core/catalog/index.ts";
import {
  createDiscovery,
  DISCOVERY_DEFAULTS,
  type DiscoveryDeps,
  type DiscoveryOptions,
  type SearchRequest,
  type SwappableDiscovery,
} from "../../src/core/discovery/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import { createRecordingLog, type RecordingLog } from "./fakes/recording-log.ts";
import { createRecordingMetrics, type RecordingMetrics } from "./fakes/recording-metrics.ts";
import { principal } from "./fakes/principals.ts";
import { createNaiveVectorIndex, type NaiveVectorIndex } from "./naive-vector-index.ts";

/** Tools by name, with their descriptions. */
export type ToolTexts = Readonly<Record<string, string>>;

/** A real catalogue and real discovery over it, with everything a test wants to look at. */
export interface ToolWorld extends AsyncDisposable {
  readonly catalog: Catalog;
  readonly discovery: SwappableDiscovery;
  readonly metrics: RecordingMetrics;
  readonly log: RecordingLog;
  /** Every vector index made so far. */
  readonly indexes: readonly NaiveVectorIndex[];
  /** Declares a server with these tools, or changes it, and waits for the index. */
  serve(server: string, tools: ToolTexts, settings?: Partial<CatalogServerSettings>): Promise<void>;
  /** The ids found for a query, best first. */
  find(query: string, more?: Omit<SearchRequest, "query"> & { as?: Principal }): Promise<string[]>;
}

/** Who asks when a test does not say. */
export const ANYONE: Principal = principal("anyone");

/** Tools as real servers have them. */
export const REAL_TOOLS: Readonly<Record<string, ToolTexts>> = {
  users: {
    get_user_by_id: "Get one user of the directory by id.",
    search_users: "Search users by name, surname, email or company. Pages with limit and offset.",
    add_user: "Add a user to the directory.",
    update_user: "Change fields of a user.",
    delete_user: "Delete a user from the directory.",
  },
  filesystem: {
    read_text_file: "Read the complete contents of a file from the file system as text.",
    write_file: "Create a new file or completely overwrite an existing file with new content.",
    list_directory: "Get a detailed listing of all files and directories in a specified path.",
    move_file: "Move or rename files and directories.",
    search_files: "Recursively search for files and directories matching a pattern.",
  },
  memory: {
    create_entities: "Create multiple new entities in the knowledge graph.",
    search_nodes: "Search for nodes in the knowledge graph based on a query.",
    read_graph: "Read the entire knowledge graph.",
  },
  everything: {
    echo: "Echoes back the input string.",
    "get-sum": "Returns the sum of two numbers.",
    "get-tiny-image": "Returns a tiny MCP logo image.",
    "trigger-long-running-operation":
      "Demonstrates a long running operation with progress updates.",
  },
};

/** Makes an empty world; `real: true` fills it with `REAL_TOOLS`. */
export async function createToolWorld(
  given: Partial<DiscoveryDeps> & {
    readonly options?: Partial<DiscoveryOptions>;
    readonly real?: boolean;
  } = {},
): Promise<ToolWorld> {
  const { options = {}, real = false, ...deps } = given;
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const catalog = createCatalog(CATALOG_DEFAULTS, { log, metrics });
  const indexes: NaiveVectorIndex[] = [];
  const discovery = createDiscovery(
    { ...DISCOVERY_DEFAULTS, ...options },
    {
      catalog,
      access: anyRules(),
      embedder: createBuiltinEmbedder(),
      createVectorIndex(identity) {
        const index = createNaiveVectorIndex(identity);
        indexes.push(index);
        return index;
      },
      metrics,
      log,
      clock: createSystemClock(),
      ...deps,
    },
  );
  const world: ToolWorld = {
    catalog,
    discovery,
    metrics,
    log,
    indexes,
    async serve(server, tools, settings = {}) {
      declare(catalog, { server, tools, settings });
      await discovery.settled();
    },
    async find(query, { as = ANYONE, ...more } = {}) {
      const { signal } = new AbortController();
      const { hits } = await discovery.search({ query, ...more }, as, signal);
      return hits.map(({ tool }) => tool.id);
    },
    [Symbol.asyncDispose]: () => discovery[Symbol.asyncDispose](),
  };
  for (const [server, tools] of Object.entries(real ? REAL_TOOLS : {})) {
    declare(catalog, { server, tools, settings: {} });
  }
  await discovery.settled();
  return world;
}

function declare(
  catalog: Catalog,
  from: { server: string; tools: ToolTexts; settings: Partial<CatalogServerSettings> },
): void {
  const id = from.server as ServerId;
  catalog.setServer(id, { tags: [], allow: [], deny: [], ...from.settings });
  const definitions = Object.entries(from.tools).map(([name, description]) =>
    toRawJson({ name, description, inputSchema: { type: "object" } }),
  );
  catalog.replaceTools(id, definitions);
}

/** Access by the principal's own rules, without keys. */
function anyRules(): Access {
  return createAccess({
    apiKeys: [],
    allowAnonymous: true,
    anonymous: { role: "admin", allow: [], deny: [] },
  });
}
