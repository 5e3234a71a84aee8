import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../../adapters/files/index.ts";
import {
  clientFiles,
  editServers,
  findClientServers,
  formatProblem,
  readClientServers,
  type Client,
  type Environment,
  type ImportFindings,
  type ServerEdit,
} from "../../config/index.ts";
import type { CliHost, ConfiguredServer, GlobalFlags, ImportSource } from "../../edges/cli/host.ts";
import type { ConfigInUse } from "./config-in-use.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";

type ServerFiles = Pick<
  CliHost,
  | "configuredServers"
  | "writeServers"
  | "removeServer"
  | "findImports"
  | "clientConfig"
  | "writeFile"
>;

/** What a new config file begins with. */
const NEW_FILE = "# Switchboard's configuration; every setting is explained in docs/config.md.\n";

/** Reads and edits the files in which servers stand: ours, and those of other programs. */
export function createServerFiles(
  environment: Environment,
  cwd: string,
  inUse: Pick<ConfigInUse, "file">,
): ServerFiles {
  const fileOf = async (flags: GlobalFlags): Promise<string> =>
    (await inUse.file(flags)) ?? path.join(cwd, "switchboard.yaml");
  const sources = { environment, cwd };
  const readServersIn = (file: string, text: string | undefined) =>
    text === undefined ? { servers: [], problems: [] } : readClientServers(file, sources);

  return {
    async configuredServers(flags) {
      const file = await fileOf(flags);
      const { servers, problems } = readServersIn(file, await readText(file));
      if (problems.length > 0 && servers.length === 0)
        throw unreadable(problems.map(formatProblem));
      return servers.map(({ id, entry }) => ({ id, entry }));
    },
    async writeServers(flags, servers) {
      const edits = servers.map(({ id, entry }) => ({ kind: "add", name: id, entry }) as const);
      return edit(await fileOf(flags), edits);
    },
    async removeServer(flags, id) {
      const file = await fileOf(flags);
      const text = await readText(file);
      const { servers, problems } = readServersIn(file, text);
      const known = servers.flatMap(({ id: own, name }) => [own, name]);
      if (problems.length === 0 && !known.includes(id)) throw unknownServer(id, file, known);
      return edit(file, [{ kind: "remove", name: id }]);
    },
    async findImports(file) {
      const findings =
        file === undefined
          ? findClientServers(sources)
          : [readClientServers(path.resolve(cwd, file), sources)];
      return findings.map(toImportSource);
    },
    async clientConfig(client) {
      const found = clientFiles(environment, { cwd, platform: process.platform }).find(
        (one) => one.client === (client satisfies Client),
      );
      if (found === undefined) throw unreadable([`${client} keeps no servers in a file.`]);
      return { path: found.path, text: await readText(found.path) };
    },
    async writeFile(file, text) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFileAtomically(file, text);
    },
  };
}

async function edit(file: string, edits: readonly ServerEdit[]): Promise<string> {
  const result = editServers((await readText(file)) ?? NEW_FILE, file, edits);
  if (result.kind === "failed") throw unreadable([result.message]);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFileAtomically(file, result.text);
  return file;
}

function toImportSource({ program, path: file, servers, problems }: ImportFindings): ImportSource {
  return {
    program: program ?? "file",
    path: file,
    servers: servers.map(({ id, entry }): ConfiguredServer => ({ id, entry })),
    problems: [
      ...problems.map(formatProblem),
      ...servers
        .filter(({ needs }) => needs.length > 0)
        .map(({ id, needs }) => `${id} needs the environment variables ${needs.join(", ")}.`),
    ],
  };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable([`${file} cannot be read: ${(error as Error).message}.`]);
  }
}

function unknownServer(
  id: string,
  file: string,
  known: readonly string[],
): GatewayError<"unknown-server"> {
  return new GatewayError("unknown-server", `${file} has no server "${id}".`, {
    server: id,
    nearest: nearestNames(id, new Set(known)),
  });
}

function unreadable(problems: readonly string[]): GatewayError<"invalid-config"> {
  return new GatewayError("invalid-config", problems[0] ?? "The file cannot be used.", {
    problems,
  });
}
