import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type JsonObject } from "../../src/kernel/json.ts";

/** A tool of a data folder. */
export interface DataTool {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: JsonObject;
}

/** A query with the tools that answer it. */
export interface DataQuery {
  readonly id: string;
  readonly query: string;
  readonly relevant: readonly string[];
  /** The needs, each met by any one of its ids; default: every relevant tool is a need. */
  readonly groups?: readonly (readonly string[])[];
}

/** A set of tools with queries. */
export interface RetrievalSet {
  readonly name: string;
  readonly tools: readonly DataTool[];
  readonly queries: readonly DataQuery[];
}

/** Sets whose tools stand with another set. */
const BORROWED_TOOLS: Readonly<Record<string, string>> = {
  etom_l3: "etom_l1",
  etom_l5_negatives: "etom_l1",
};

/** Reads `retrieval/<set>/{tools,queries}.jsonl.gz` of a data folder. */
export function readRetrievalSets(folder: string, names?: readonly string[]): RetrievalSet[] {
  const root = join(folder, "retrieval");
  const found = names ?? readdirSync(root).toSorted();
  return found.map((name) => ({
    name,
    tools: readLines<DataTool>(join(root, BORROWED_TOOLS[name] ?? name, "tools.jsonl.gz")),
    queries: readLines<DataQuery>(join(root, name, "queries.jsonl.gz")),
  }));
}

/** Reads `catalogue/toucan.jsonl.gz` of a data folder; `undefined` when it is not there. */
export function readCatalogue(folder: string): DataTool[] | undefined {
  const file = join(folder, "catalogue", "toucan.jsonl.gz");
  return existsSync(file) ? readLines<DataTool>(file) : undefined;
}

function readLines<Line>(file: string): Line[] {
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Line);
}
