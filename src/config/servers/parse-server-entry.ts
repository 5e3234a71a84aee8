import { isDeepStrictEqual } from "node:util";
import { COMPOSITES_SERVER } from "../../core/plans/options.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { expandTree } from "../expand-tree.ts";
import type { Variables } from "../expand.ts";
import type { ConfigPath } from "../problem.ts";
import { describeReceived } from "../received.ts";
import { schemaProblems } from "../schema-problems.ts";
import { listSecrets } from "../secrets.ts";
import { buildEntry } from "./build-entry.ts";
import type { EntryRemark } from "./entry-remark.ts";
import { entrySecrets } from "./entry-secrets.ts";
import { withoutForeignKeys } from "./foreign-keys.ts";
import type { ServerBlock } from "./server-block.ts";
import type { ServerEntry } from "./server-entry.ts";
import { isServerId } from "./server-id.ts";
import { serverSchema } from "./server-schema.ts";

/** Under what terms an entry is read. */
export interface EntryTerms {
  readonly source: ServerEntry["source"];
  /** What `${NAME}` is filled in from; absent: references are refused. */
  readonly variables?: Variables;
  /** Folder that relative paths start at; absent: paths must be absolute. */
  readonly baseDir?: string;
  /** Whether the entry may start a program. */
  readonly allowCommand: boolean;
  /** Reads an `envFile`, as `readTextFile` does. @throws an error that says why it cannot. */
  readonly readFile: (path: string) => string;
}

/** An entry read, or all that is wrong with it. `files` are those it depends on, readable or not. */
export type ServerEntryResult = {
  readonly warnings: readonly EntryRemark[];
  readonly files: readonly string[];
} & (
  | { readonly kind: "ok"; readonly entry: ServerEntry; readonly secrets: readonly string[] }
  | { readonly kind: "failed"; readonly problems: readonly EntryRemark[] }
);

/**
 * Reads one entry of `mcpServers` shape, as pasted from any client: fills in references, checks it,
 * resolves paths and transports. Tells every problem at once; keys that it does not know and
 * settings without effect draw warnings.
 */
export function parseServerEntry(id: string, raw: JsonValue, terms: EntryTerms): ServerEntryResult {
  const problems: EntryRemark[] = [];
  const files: string[] = [];
  const add = (remark: EntryRemark) => {
    // What is wrong at a place already is seldom right for other rules: one problem is enough.
    if (!problems.some(({ path }) => isDeepStrictEqual(path, remark.path))) problems.push(remark);
  };
  const report = (path: ConfigPath, message: string) => add({ path, atKey: false, message });
  if (!isServerId(id)) report([], `${JSON.stringify(id)} is no server id: ${ID_RULE}`);
  if (id === COMPOSITES_SERVER) add({ path: [], atKey: true, message: ID_TAKEN });
  if (!isJsonObject(raw)) {
    report([], `must be a mapping with "command" or "url", but is ${describeReceived(raw, true)}.`);
    return { kind: "failed", problems, warnings: [], files };
  }
  const refused = !terms.allowCommand && refuseCommands(raw, report);

  const { known, warnings } = withoutForeignKeys(raw);
  const expanded = expandTree(known, terms.variables);
  // An entry that is switched off may name variables and files that are not there.
  const disabled = raw["disabled"] === true;
  if (!disabled) for (const { path, message } of expanded.problems) report(path, message);
  const block = checkShape(expanded.value, expanded.isExpanded, add);
  if (block === undefined || refused) return { kind: "failed", problems, warnings, files };

  const entry = buildEntry(
    block,
    { id, source: terms.source },
    {
      baseDir: terms.baseDir,
      readFile: disabled ? () => "" : terms.readFile,
      report,
      onFile: (path) => files.push(path),
    },
  );
  if (entry === undefined || problems.length > 0) {
    return { kind: "failed", problems, warnings, files };
  }
  const secrets = listSecrets([...expanded.secrets, ...entrySecrets(entry.endpoints)]);
  return { kind: "ok", entry, secrets, warnings, files };
}

const ID_RULE = "1–32 of A–Z, a–z, 0–9, _ and -, a letter or digit first, without __.";

const ID_TAKEN = `"${COMPOSITES_SERVER}" is the id that composite tools stand under. Choose another.`;

/** Reports every `command`; true when there is one. */
function refuseCommands(
  raw: JsonObject,
  report: (path: ConfigPath, message: string) => void,
): boolean {
  const replicas: readonly JsonValue[] = Array.isArray(raw["endpoints"]) ? raw["endpoints"] : [];
  const places: readonly [ConfigPath, JsonValue][] = [
    [["command"], raw],
    ...replicas.map((replica, index): [ConfigPath, JsonValue] => [
      ["endpoints", index, "command"],
      replica,
    ]),
  ];
  const refused = places.filter(
    ([, block]) => isJsonObject(block) && Object.hasOwn(block, "command"),
  );
  for (const [path] of refused) report(path, COMMAND_REFUSED);
  return refused.length > 0;
}

const COMMAND_REFUSED =
  'programs cannot be started from here. Put the entry into the configuration file, or set "gateway.allowCommandsOverApi" there.';

/** Settings whose values hold no secrets and may be shown. */
const SHOWN_KEYS = new Set("type isolation disabled tags tools extendOnProgress cache".split(" "));

function checkShape(
  value: JsonValue,
  isExpanded: (path: ConfigPath) => boolean,
  add: (remark: EntryRemark) => void,
): ServerBlock | undefined {
  const parsed = serverSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const isSecret = (path: ConfigPath) => {
    const key = String(path[0]);
    return isExpanded(path) || !(SHOWN_KEYS.has(key) || /^max|Ms$/.test(key));
  };
  const context = { schema: serverSchema, value, isSecret };
  for (const problem of schemaProblems(parsed.error.issues, context)) add(problem);
  return undefined;
}
