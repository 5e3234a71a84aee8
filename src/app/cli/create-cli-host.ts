import { findDaemon } from "../../adapters/files/index.ts";
import { readEnvironment, type ConfigSources, type Environment } from "../../config/index.ts";
import { newApiKey } from "../../core/access/index.ts";
import type { CliHost, GlobalFlags, RestTransport, Terminal } from "../../edges/cli/host.ts";
import { createSystemRandom } from "../../kernel/random.ts";
import { runDaemon } from "../daemon.ts";
import { readSources } from "../read-sources.ts";
import { createDoctor } from "./doctor.ts";
import { openInProcess } from "./in-process.ts";
import { createHttpTransport } from "./rest-transports.ts";
import { createServerFiles } from "./server-files.ts";
import { bridgeStdio } from "./stdio-bridge.ts";

export interface CliHostOptions {
  readonly version: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly launch: CliHost["launch"];
  readonly cwd: string;
}

interface FoundDaemon {
  readonly url: string;
  readonly token: string | undefined;
}

/** What the command line is handed by bin. */
export function createCliHost(options: CliHostOptions): CliHost {
  const { cwd, signal, terminal, version } = options;
  const environment = readEnvironment();
  const sourcesOf = (flags: GlobalFlags): ConfigSources => ({
    environment,
    cwd,
    flags: { config: flags.config },
  });

  return {
    ...createServerFiles(environment, cwd),
    version,
    terminal,
    signal,
    launch: options.launch,
    newKey: () => newApiKey(createSystemRandom()),
    async serve({ config, host, port, insecure }, onReady) {
      const flags = { config, host, port: port?.toString(), insecure };
      await runDaemon({ sources: { environment, cwd, flags }, version, signal, onReady });
    },
    async stdio(flags) {
      const streams = { input: terminal.input, output: terminal.output };
      const daemon = await locate(environment, flags, sourcesOf(flags));
      if (daemon !== undefined) return bridgeStdio(streams, daemon, signal);
      await using own = await openInProcess(sourcesOf(flags), { version, signal });
      await own.stdio(streams);
    },
    async findDaemon(flags): Promise<RestTransport | undefined> {
      const daemon = await locate(environment, flags, sourcesOf(flags));
      return daemon && createHttpTransport(daemon.url, daemon.token);
    },
    async openGateway(flags, onProgress) {
      const own = await openInProcess(sourcesOf(flags), { version, signal });
      try {
        await own.settled(onProgress);
        return own.transport;
      } catch (error) {
        await own[Symbol.asyncDispose]();
        throw error;
      }
    },
    doctor: (flags) => createDoctor({ environment, cwd, version, signal }).run(flags),
  };
}

/** A named daemon, else the one that holds the data directory of this configuration. */
async function locate(
  environment: Environment,
  flags: GlobalFlags,
  sources: ConfigSources,
): Promise<FoundDaemon | undefined> {
  const url = flags.url ?? environment.url;
  if (url !== undefined) return { url, token: environment.apiKey };
  const address = await findDaemon(dataDirOf(sources));
  return address && { url: address.url, token: environment.apiKey ?? address.token };
}

/** A broken config file must not hide a running daemon: then the default place is looked at. */
function dataDirOf(sources: ConfigSources): string {
  try {
    return readSources(sources).config.dataDir;
  } catch {
    return readSources({ ...sources, flags: { config: "/dev/null" } }).config.dataDir;
  }
}
