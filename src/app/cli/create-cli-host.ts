import { readEnvironment, type Environment } from "../../config/index.ts";
import { newApiKey } from "../../core/access/index.ts";
import { readYaml } from "../../edges/http/yaml-body.ts";
import type { CliHost, GlobalFlags, RestTransport, Terminal } from "../../edges/cli/host.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { createSystemRandom } from "../../kernel/random.ts";
import { runDaemon } from "../daemon.ts";
import { createConfigInUse, type ConfigInUse } from "./config-in-use.ts";
import { watchProcess } from "./daemon-process.ts";
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

/** What the aliases of a YAML document may unfold to: as much as a body of the API holds, by default. */
const MAX_UNFOLDED_BYTES = 16_777_216;

interface FoundDaemon {
  readonly url: string;
  readonly token: string | undefined;
}

/** What the command line is handed by bin. */
export function createCliHost(options: CliHostOptions): CliHost {
  const { cwd, signal, terminal, version } = options;
  const environment = readEnvironment();
  const inUse = createConfigInUse(environment, cwd);

  return {
    ...createServerFiles(environment, cwd, inUse),
    version,
    terminal,
    signal,
    launch: options.launch,
    configFile: inUse.file,
    newKey: () => newApiKey(createSystemRandom()),
    async serve({ port, ...given }, onReady) {
      const flags = { ...given, port: port?.toString() };
      await runDaemon({ sources: { environment, cwd, flags }, version, signal, onReady });
    },
    async stdio(flags) {
      const streams = { input: terminal.input, output: terminal.output };
      const daemon = await locate(environment, flags, inUse);
      if (daemon !== undefined) return bridgeStdio(streams, daemon, signal);
      await using own = await openInProcess(await inUse.sources(flags), { version, signal });
      await own.stdio(streams);
    },
    async findDaemon(flags): Promise<RestTransport | undefined> {
      const daemon = await locate(environment, flags, inUse);
      return daemon && createHttpTransport(daemon.url, daemon.token);
    },
    async findProcess(flags) {
      const holder = await inUse.holder(flags);
      if (holder?.address === undefined) return undefined;
      const url = flags.url ?? environment.url;
      const isMeant = url === undefined || sameOrigin(url, holder.address.url);
      return isMeant ? watchProcess(holder, () => inUse.holder(flags)) : undefined;
    },
    async openGateway(flags, onProgress) {
      const own = await openInProcess(await inUse.sources(flags), { version, signal });
      try {
        await own.settled(onProgress);
        return own.transport;
      } catch (error) {
        await own[Symbol.asyncDispose]();
        throw error;
      }
    },
    readYaml: (yaml) => readYaml(Buffer.from(yaml), MAX_UNFOLDED_BYTES),
    doctor: (flags) => createDoctor({ inUse, version, signal }).run(flags),
  };
}

/**
 * A named daemon, else the one of this configuration. This user's own daemon needs no key.
 * @throws GatewayError `daemon-unreachable` when it is stopping: it takes nothing new, and another
 *   gateway beside it would start its servers a second time.
 */
async function locate(
  environment: Environment,
  flags: GlobalFlags,
  inUse: ConfigInUse,
): Promise<FoundDaemon | undefined> {
  const url = flags.url ?? environment.url;
  const own = await inUse.daemon(flags);
  const isOwn = own !== undefined && (url === undefined || sameOrigin(url, own.url));
  if (isOwn && own.stopsBy !== undefined) {
    const message = `The daemon at ${own.url} (process ${own.pid}) is stopping.`;
    throw new GatewayError("daemon-unreachable", message, { url: own.url, reason: "stopping" });
  }
  const token = environment.apiKey ?? (isOwn ? own.token : undefined);
  if (url !== undefined) return { url, token };
  return own && { url: own.url, token };
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).origin === new URL(b).origin;
}
