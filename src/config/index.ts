export { type Client, CLIENT_NAMES, type ClientFile, clientFiles } from "./clients/client-files.ts";
export {
  findClientServers,
  type ImportableServer,
  type ImportFindings,
  type ImportSources,
  readClientServers,
} from "./clients/import-servers.ts";
export { compareConfigs, type ConfigChanges, isUnchanged } from "./compare-configs.ts";
export type { Config, ConfigResult } from "./config.ts";
export { type EditResult, editServers, type ServerEdit } from "./editing/edit-servers.ts";
export {
  childEnvironment,
  type Environment,
  ENVIRONMENT_VARIABLES,
  type EnvironmentSettings,
  readEnvironment,
} from "./environment.ts";
export { chooseConfigFile, type ConfigFileChoice, readTextFile } from "./config-file.ts";
export { type ConfigSources, loadConfig } from "./load-config.ts";
export type { ConfigOptions } from "./option-groups.ts";
export type { ConfigFlags } from "./overrides.ts";
export { type ConfigPath, type ConfigProblem, formatConfigPath, formatProblem } from "./problem.ts";
export { isLoopback } from "./rules.ts";
export type { EntryRemark } from "./servers/entry-remark.ts";
export {
  type EntryTerms,
  parseServerEntry,
  type ServerEntryResult,
} from "./servers/parse-server-entry.ts";
export type {
  ServerEndpoint,
  ServerEntry,
  ServerLaunch,
  ServerTreatment,
} from "./servers/server-entry.ts";
export { isServerId, toServerId } from "./servers/server-id.ts";
export { type ConfigUpdate, type ConfigWatch, watchConfig } from "./watch-config.ts";
