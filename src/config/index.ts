export { type Client, type ClientFile, clientFiles } from "./clients/client-files.ts";
export {
  findClientServers,
  type ImportableServer,
  type ImportFindings,
  type ImportSources,
  readClientServers,
} from "./clients/import-servers.ts";
export type { ConfigChanges } from "./compare-configs.ts";
export type { CompositeEntry } from "./composites/composite-entry.ts";
export type { Config, ConfigResult } from "./config.ts";
export { chooseConfigFile, type ConfigFileChoice, readTextFile } from "./config-file.ts";
export { type EditResult, editServers, type ServerEdit } from "./editing/edit-servers.ts";
export {
  childEnvironment,
  type Environment,
  type EnvironmentSettings,
  readEnvironment,
} from "./environment.ts";
export { type ConfigSources, loadConfig } from "./load-config.ts";
export type { ConfigOptions } from "./option-groups.ts";
export type { ConfigFlags } from "./overrides.ts";
export { type ConfigProblem, formatProblem } from "./problem.ts";
export type {
  ServerEndpoint,
  ServerEntry,
  ServerLaunch,
  ServerTreatment,
} from "./servers/server-entry.ts";
export { type ConfigUpdate, type ConfigWatch, watchConfig } from "./watch-config.ts";
