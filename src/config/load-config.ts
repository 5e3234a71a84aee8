import { dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../kernel/json.ts";
import { readComposites } from "./composites/read-composites.ts";
import { type ConfigDocument, readConfigDocument } from "./config-document.ts";
import { chooseConfigFile, readTextFile } from "./config-file.ts";
import type { Config, ConfigResult } from "./config.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { resolveLocalPath } from "./local-path.ts";
import { type ConfigFlags, readOverrides } from "./overrides.ts";
import { type ConfigPath, type ConfigProblem, formatConfigPath, sortProblems } from "./problem.ts";
import { describeReceived } from "./received.ts";
import type { ConfigOptions } from "./option-groups.ts";
import { allowsAnonymous } from "./rules.ts";
import { listSecrets } from "./secrets.ts";
import { isServerText, readServers } from "./servers/read-servers.ts";
import { readSettings, type SettingsResult } from "./settings.ts";

/** Where the configuration comes from. */
export interface ConfigSources {
  readonly flags?: ConfigFlags;
  /** Default: that of this process. */
  readonly environment?: Environment;
  /** Folder that the file is looked for in, and that paths given as flags start at. Default: this process's. */
  readonly cwd?: string;
}

/**
 * Reads the configuration from its file, the environment and flags (a flag stands above a variable,
 * a variable above the file). Tells all problems at once, each with its place, what was received
 * and how to mend it; never throws for what they hold. Without a file the defaults hold, with a warning.
 */
export function loadConfig(sources: ConfigSources = {}): ConfigResult {
  const environment = sources.environment ?? readEnvironment();
  const flags = sources.flags ?? {};
  const cwd = sources.cwd ?? process.cwd();
  const choice = chooseConfigFile(environment, { flag: flags.config, cwd });
  const general = environment.warnings.map((message) => ({ path: "", message }));
  const base = { environment, flags, cwd, warnings: general };
  if (choice.kind === "none") {
    const message = `no configuration file found; looked for ${choice.lookedAt.join(", ")}. Running without servers.`;
    return assemble({ ...base, value: {}, warnings: [...general, { path: "", message }] });
  }
  const { path: file } = choice;
  const read = readFile(choice);
  if (read.document === undefined) {
    return { kind: "failed", problems: read.problems, warnings: general, files: [file] };
  }
  return assemble({ ...base, ...read, file });
}

type ReadFile =
  | { readonly document: undefined; readonly problems: readonly ConfigProblem[] }
  | {
      readonly document: ConfigDocument;
      readonly value: JsonObject;
      readonly problems: readonly ConfigProblem[];
    };

function readFile(choice: { readonly path: string; readonly chosenBy?: string }): ReadFile {
  const { path: file, chosenBy } = choice;
  const failed = (message: string): ReadFile => ({
    document: undefined,
    problems: [{ file, path: "", message }],
  });
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    const by = chosenBy === undefined ? "" : ` (from ${chosenBy})`;
    return failed(`cannot be read${by}: ${(error as Error).message}.`);
  }
  const { document, problems } = readConfigDocument(text, { file, isText: isServerText });
  if (document === undefined) return { document, problems };
  const value = document.value ?? {};
  if (isJsonObject(value)) return { document, value, problems };
  return failed(`must be a mapping of sections, but is ${describeReceived(value, true)}.`);
}

interface Parts {
  readonly value: JsonObject;
  readonly document?: ConfigDocument;
  readonly file?: string;
  readonly problems?: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  readonly environment: Environment;
  readonly flags: ConfigFlags;
  readonly cwd: string;
}

function assemble(parts: Parts): ConfigResult {
  const { value, file, environment, flags } = parts;
  const servers = readServers(value, {
    source: "file",
    variables: environment.variables,
    baseDir: folderOf(parts),
    allowCommand: true,
    readFile: readTextFile,
  });
  const composites = readComposites(value);
  const settings = readSettings(value, {
    variables: environment.variables,
    overrides: readOverrides(environment, flags),
    insecure: flags.insecure ?? false,
  });
  const place = placer(parts);
  const problems = [
    ...(parts.problems ?? []),
    ...[...servers.problems, ...composites.problems, ...settings.problems].map(place),
  ];
  const warnings = [
    ...parts.warnings,
    ...sortProblems([...servers.warnings, ...settings.warnings].map(place)),
  ];
  const files = [...new Set([...(file === undefined ? [] : [file]), ...servers.files])];
  const dataDir = dataDirOf(parts, settings);
  if (problems.length > 0) {
    return { kind: "failed", problems: sortProblems(problems), warnings, files, dataDir };
  }
  const config: Config = {
    ...optionsOf(parts, settings),
    ...(file === undefined ? {} : { file }),
    dataDir,
    offline: environment.offline,
    servers: servers.servers,
    composites: composites.composites,
  };
  const secrets = listSecrets([...servers.secrets, ...settings.secrets, environment.apiKey ?? ""]);
  return { kind: "ok", config, secrets, warnings, files };
}

/** Fills in what follows from several settings together, and makes paths absolute. */
function optionsOf(parts: Parts, { options }: SettingsResult): ConfigOptions {
  const { environment, flags } = parts;
  const { embedding } = options;
  const modelPath = resolveLocalPath(embedding.modelPath ?? "", folderOf(parts));
  return {
    ...options,
    access: {
      ...options.access,
      allowAnonymous: allowsAnonymous(options, flags.insecure ?? false),
    },
    mcpEdge: { ...options.mcpEdge, maxMessageBytes: options.http.maxBodyBytes },
    embedding: {
      ...embedding,
      offline: embedding.offline || environment.offline,
      ...(embedding.modelPath === undefined || modelPath === undefined ? {} : { modelPath }),
    },
    redis: withAbsoluteFiles(options.redis, folderOf(parts)),
  };
}

function withAbsoluteFiles(redis: ConfigOptions["redis"], folder: string): ConfigOptions["redis"] {
  const names = ["tlsCaFile", "tlsCertFile", "tlsKeyFile"] as const;
  const files = names.flatMap((name) => {
    const path = redis[name];
    return path === undefined ? [] : [[name, resolveLocalPath(path, folder) ?? path]];
  });
  return { ...redis, ...Object.fromEntries(files) };
}

/** Where relative paths of the file start. */
function folderOf({ file, cwd }: Parts): string {
  return file === undefined ? cwd : dirname(file);
}

/** Gives a remark its line and column, or names the flag or variable that it is about. */
function placer({ document, file }: Parts) {
  return (remark: {
    readonly path: ConfigPath;
    readonly atKey: boolean;
    readonly message: string;
    readonly origin?: string;
  }): ConfigProblem => {
    const { path, atKey, message, origin } = remark;
    if (origin !== undefined) return { path: origin, message };
    const position = document?.locate(path, atKey ? "key" : "value");
    return {
      ...(file === undefined ? {} : { file }),
      ...position,
      path: formatConfigPath(path),
      message,
    };
  };
}

function dataDirOf(parts: Parts, settings: SettingsResult): string {
  const given = settings.options.gateway.dataDir;
  if (given === undefined) return join(parts.environment.dataHome, "switchboard");
  const asked = settings.isOverridden(["gateway", "dataDir"]);
  return resolveLocalPath(given, asked ? parts.cwd : folderOf(parts)) ?? given;
}
