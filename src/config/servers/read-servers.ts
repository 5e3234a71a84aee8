import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { SERVER_SECTIONS } from "../file-schema.ts";
import type { ConfigPath } from "../problem.ts";
import { describeReceived } from "../received.ts";
import type { EntryRemark } from "./entry-remark.ts";
import { type EntryTerms, parseServerEntry } from "./parse-server-entry.ts";
import type { ServerEntry } from "./server-entry.ts";
import { isServerId, toServerId } from "./server-id.ts";

/** The servers of a file and all that is wrong with them; paths start at the file's top. */
export interface ReadServers {
  readonly servers: readonly ServerEntry[];
  readonly secrets: readonly string[];
  /** Environment files that the entries name. */
  readonly files: readonly string[];
  readonly problems: readonly EntryRemark[];
  readonly warnings: readonly EntryRemark[];
}

/** Whether numbers and booleans at this place of a file are meant as text: arguments, variables, headers. */
export function isServerText(path: ConfigPath): boolean {
  const [section, , ...inside] = path;
  if (!SERVER_SECTIONS.some((name) => name === section)) return false;
  const own = inside[0] === "endpoints" ? inside.slice(2) : inside;
  return own.length === 2 && /^(args|env|headers)$/.test(String(own[0]));
}

/**
 * Reads the entries of `mcpServers` and `servers`. A name that is no id gets a valid one, with a
 * warning; two entries with the same id are a problem.
 */
export function readServers(file: JsonObject, terms: EntryTerms): ReadServers {
  const servers: ServerEntry[] = [];
  const read = {
    secrets: [] as string[],
    files: [] as string[],
    problems: [] as EntryRemark[],
    warnings: [] as EntryRemark[],
  };
  const taken = new Map<string, string>();
  for (const [path, raw] of namedEntries(file, read.problems)) {
    const name = String(path[1]);
    const id = toServerId(name);
    const remark = (message: string): EntryRemark => ({ path, atKey: true, message });
    const first = taken.get(id);
    if (first !== undefined) {
      read.problems.push(remark(`has the same id, "${id}", as ${first}. Rename one of the two.`));
    }
    taken.set(id, first ?? path.join("."));
    if (!isServerId(name)) {
      read.warnings.push(remark(`is no server id; the server is called "${id}" here.`));
    }
    const result = parseServerEntry(id, raw, terms);
    const below = (inner: EntryRemark): EntryRemark => ({
      ...inner,
      path: [...path, ...inner.path],
    });
    read.warnings.push(...result.warnings.map(below));
    read.files.push(...result.files);
    if (result.kind === "failed") read.problems.push(...result.problems.map(below));
    else {
      servers.push(result.entry);
      read.secrets.push(...result.secrets);
    }
  }
  return { servers, ...read };
}

function namedEntries(file: JsonObject, problems: EntryRemark[]): [ConfigPath, JsonValue][] {
  return SERVER_SECTIONS.flatMap((section) => {
    const block = file[section] ?? null;
    if (isJsonObject(block)) {
      return Object.entries(block).map(([name, raw]): [ConfigPath, JsonValue] => [
        [section, name],
        raw,
      ]);
    }
    if (block !== null) {
      const message = `must be a mapping of names to servers, but is ${describeReceived(block, true)}.`;
      problems.push({ path: [section], atKey: false, message });
    }
    return [];
  });
}
