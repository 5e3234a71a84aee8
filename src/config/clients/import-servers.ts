import { existsSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { readConfigDocument } from "../config-document.ts";
import { readTextFile } from "../config-file.ts";
import type { Environment } from "../environment.ts";
import { type ConfigProblem, formatConfigPath } from "../problem.ts";
import { toServerId } from "../servers/server-id.ts";
import { CLIENT_NAMES, clientFiles, workspaceOf } from "./client-files.ts";
import { toOwnReferences } from "./own-references.ts";

/** A server found in another program's file, as it can stand in ours. */
export interface ImportableServer {
  /** A valid id made of the name. */
  readonly id: string;
  /** The name it has there. */
  readonly name: string;
  /** As it stands there, with `${input:…}` and editors' own references made ours. */
  readonly entry: JsonObject;
  /** Environment variables that it will need, in place of what the client asked its user for. */
  readonly needs: readonly string[];
}

/** What was found in one file. */
export interface ImportFindings {
  /** The program whose file it is, for example `Claude Desktop`; absent for a file that was named. */
  readonly program?: string;
  readonly path: string;
  readonly servers: readonly ImportableServer[];
  /** What could not be taken over, and why. */
  readonly problems: readonly ConfigProblem[];
}

/** Where to look. */
export interface ImportSources {
  readonly environment: Environment;
  readonly cwd: string;
  /** Default: that of this process. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Finds servers in the default files of Claude Desktop, Claude Code, Cursor, VS Code and Windsurf,
 * as far as they exist. An id that several files have is taken from the first.
 */
export function findClientServers(sources: ImportSources): ImportFindings[] {
  const { environment, cwd, platform = process.platform } = sources;
  const known = new Map<string, string>();
  return clientFiles(environment, { cwd, platform })
    .filter(({ path }) => existsSync(path))
    .map(({ client, path }) => ({
      program: CLIENT_NAMES[client],
      ...readInto(known, path, sources),
    }));
}

/**
 * Reads servers from a file of any of those forms: `mcpServers`, `servers`, VS Code's settings
 * (`mcp.servers`), and the projects of Claude Code that concern the folder `cwd`.
 */
export function readClientServers(path: string, sources: ImportSources): ImportFindings {
  return readInto(new Map(), path, sources);
}

/** Reads a file's servers; those whose ids are `known`, by the file they came from, are left out. */
function readInto(
  known: Map<string, string>,
  path: string,
  { environment, cwd }: ImportSources,
): ImportFindings {
  const servers: ImportableServer[] = [];
  const problems: ConfigProblem[] = [];
  const value = readFile(path, problems);
  const entries = blocksOf(value, cwd).flatMap(({ path: at, block }) =>
    Object.entries(block).map(([name, raw]) => ({ at: [...at, name], name, raw })),
  );
  for (const { at, name, raw } of entries) {
    const server = readEntry({ file: path, name, raw }, environment);
    const first = server === undefined ? undefined : known.get(server.id);
    const place = { file: path, path: formatConfigPath(at) };
    if (server === undefined) problems.push({ ...place, message: "is no server." });
    else if (first === undefined) servers.push(server);
    else problems.push({ ...place, message: `left out: "${server.id}" is in ${first} too.` });
    if (server !== undefined) known.set(server.id, first ?? path);
  }
  return { path, servers, problems };
}

function readFile(file: string, problems: ConfigProblem[]): JsonValue {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    problems.push({ file, path: "", message: `cannot be read: ${(error as Error).message}.` });
    return null;
  }
  const read = readConfigDocument(text, { file, isText: () => false });
  problems.push(...read.problems);
  return read.document?.value ?? null;
}

interface Block {
  readonly path: readonly string[];
  readonly block: JsonObject;
}

/** Every block of servers in a file, whichever client's it is. */
function blocksOf(value: JsonValue, cwd: string): Block[] {
  const paths: string[][] = [["mcpServers"], ["servers"], ["mcp", "servers"]];
  const projects = memberOf(value, "projects");
  const concerning = Object.keys(projects ?? {})
    .filter((folder) => isWithin(cwd, folder))
    .toSorted((a, b) => b.length - a.length);
  for (const folder of concerning) paths.push(["projects", folder, "mcpServers"]);
  return paths.flatMap((path) => {
    let block: JsonObject | undefined = isJsonObject(value) ? value : undefined;
    for (const key of path) block = memberOf(block ?? null, key);
    return block === undefined ? [] : [{ path, block }];
  });
}

function memberOf(value: JsonValue, key: string): JsonObject | undefined {
  const member = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isJsonObject(member) ? member : undefined;
}

function isWithin(folder: string, parent: string): boolean {
  const way = relative(parent, folder);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function readEntry(
  { file, name, raw }: { readonly file: string; readonly name: string; readonly raw: JsonValue },
  environment: Environment,
): ImportableServer | undefined {
  if (!isJsonObject(raw)) return undefined;
  const places = { workspaceFolder: workspaceOf(file), userHome: environment.homeDir };
  const { value, needs } = toOwnReferences(raw, places);
  if (!isJsonObject(value)) return undefined;
  return { id: toServerId(name), name, entry: value, needs };
}
