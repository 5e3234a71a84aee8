import { findHolder, type DaemonAddress, type DataDirHolder } from "../../adapters/files/index.ts";
import {
  chooseConfigFile,
  loadConfig,
  type ConfigSources,
  type Environment,
} from "../../config/index.ts";
import type { GlobalFlags } from "../../edges/cli/host.ts";
import { readSources } from "../read-sources.ts";

/** Tells which configuration a command is about. */
export interface ConfigInUse {
  /** The daemon that holds the data directory of this configuration. */
  daemon(flags: GlobalFlags): Promise<DaemonAddress | undefined>;
  /** The process that holds it, also when it cannot be reached any more. */
  holder(flags: GlobalFlags): Promise<DataDirHolder | undefined>;
  /**
   * The file that was named by flag or variable, else the running daemon's, else the one found in
   * the default places; absolute. `undefined` when there is none.
   */
  file(flags: GlobalFlags): Promise<string | undefined>;
  /** Sources that read exactly that file. */
  sources(flags: GlobalFlags): Promise<ConfigSources>;
}

export function createConfigInUse(environment: Environment, cwd: string): ConfigInUse {
  const base = (config: string | undefined): ConfigSources => ({
    environment,
    cwd,
    flags: { config },
  });
  const holder: ConfigInUse["holder"] = ({ config }) => findHolder(dataDirOf(base(config)));
  const daemon: ConfigInUse["daemon"] = async (flags) => (await holder(flags))?.address;

  async function file(flags: GlobalFlags): Promise<string | undefined> {
    const choice = chooseConfigFile(environment, { flag: flags.config, cwd });
    const isNamed = flags.config !== undefined || environment.settings.config !== undefined;
    const running = isNamed ? undefined : (await daemon(flags))?.config;
    return running ?? (choice.kind === "none" ? undefined : choice.path);
  }

  return {
    daemon,
    holder,
    file,
    sources: async (flags) => base(await file(flags)),
  };
}

/** A broken config file must not hide a running daemon: what it says of the place is taken all the same. */
function dataDirOf(sources: ConfigSources): string {
  const result = loadConfig(sources);
  if (result.kind === "ok") return result.config.dataDir;
  const standard: ConfigSources = { ...sources, flags: { config: "/dev/null" } };
  return result.dataDir ?? readSources(standard).config.dataDir;
}
