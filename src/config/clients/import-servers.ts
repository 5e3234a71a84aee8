import { existsSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { readConfigDocument } from "../config-document.ts";
import { readTextFile } from "../config-file.ts";
import type { Environment } from "../environment.ts";
import { type ConfigProblem, formatConfigPath } from "../problem.ts";
import { toServerId } from "../servers/server-id.ts";
import { clientFiles, workspaceOf } from "./client-files.ts";
import { toOwnReferences } from "./own-references.ts";

/** A server found in another program's file, as it can stand in ours. */
export interface ImportableServer {
  /** A valid id made of the name. */
  readonly id: string;
  /** The name it has there. */
  readonly name: string;
  /** As it stands there, with `${input:…}` and editors' own references made ours. */
  readonly entry: JsonObject;
  /** The file it was found in. */
  readonly file: string;
  /** Environment variables that it will need, in place of what the client asked its user for. */
  readonly needs: readonly string[];
}

/** What was found in one or several files. */
export interface ImportFindings {
  /** Each id once: what is found first wins, the rest is told in `problems`. */
  readonly servers: readonly ImportableServer[];
  /** Files that were read. */
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** Where to look. */
export interface ImportSources {
  readonly environment: Environment;
  readonly cwd: string;
  /** Default: that of this process. */
  readonly platform?: NodeJS.Platform;
}

/** Finds servers in the default files of Claude Desktop, Claude Code, Cursor, VS Code and Windsurf. */
export function findClientServers(sources: ImportSources): ImportFindings {
  const { environment, cwd, platform = process.platform } = sources;
  const paths = clientFiles(environment, { cwd, platform })
    .map(({ path }) => path)
    .filter((path) => existsSync(path));
  return readClientFiles(paths, sources);
}

/**
 * Reads servers from files of any of those forms: `mcpServers`, `servers`, VS Code's settings
 * (`mcp.servers`), and the projects of Claude Code that concern the folder `cwd`.
 */
export function readClientFiles(
  paths: readonly string[],
  { environment, cwd }: Pick<ImportSources, "environment" | "cwd">,
): ImportFindings {
  const servers = new Map<string, ImportableServer>();
  const problems: ConfigProblem[] = [];
  for (const file of paths) {
    const entries = blocksOf(readFile(file, problems), cwd).flatMap(({ path, block }) =>
      Object.entries(block).map(([name, raw]) => ({ file, path: [...path, name], name, raw })),
    );
    for (const found of entries) {
      const problem = takeIn(found, environment, servers);
      const path = formatConfigPath(found.path);
      if (problem !== undefined) problems.push({ file, path, message: problem });
    }
  }
  return { servers: [...servers.values()], files: paths, problems };
}

interface Found {
  readonly file: string;
  readonly path: readonly string[];
  readonly name: string;
  readonly raw: JsonValue;
}

/** Adds a found server; says why when it is left out. */
function takeIn(
  found: Found,
  environment: Environment,
  servers: Map<string, ImportableServer>,
): string | undefined {
  const server = readEntry(found, environment);
  if (server === undefined) return "is no server.";
  const known = servers.get(server.id);
  if (known !== undefined) return `left out: "${server.id}" was found in ${known.file} already.`;
  servers.set(server.id, server);
  return undefined;
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
  { file, name, raw }: Found,
  environment: Environment,
): ImportableServer | undefined {
  if (!isJsonObject(raw)) return undefined;
  const places = { workspaceFolder: workspaceOf(file), userHome: environment.homeDir };
  const { value, needs } = toOwnReferences(raw, places);
  if (!isJsonObject(value)) return undefined;
  return { id: toServerId(name), name, entry: value, file, needs };
}
