import { homedir } from "node:os";
import { join } from "node:path";
import { nearestNames } from "../kernel/nearest-names.ts";
import type { Variables } from "./expand.ts";

/** What the environment says, read once; nothing else looks at it. */
export interface Environment {
  /** All of it, for `${NAME}` in the configuration. Holds secrets. */
  readonly variables: Variables;
  readonly homeDir: string;
  /** `XDG_CONFIG_HOME`, else `~/.config`. */
  readonly configHome: string;
  /** `XDG_DATA_HOME`, else `~/.local/share`. */
  readonly dataHome: string;
  /** Settings that stand above those of the file; texts as they were given. */
  readonly settings: EnvironmentSettings;
  /** Never tries a download. */
  readonly offline: boolean;
  /** Client side: the daemon to talk to. */
  readonly url?: string;
  /** Client side: the key to talk with. Secret. */
  readonly apiKey?: string;
  /** `SWITCHBOARD_…` variables that mean nothing, with the nearest that does. */
  readonly warnings: readonly string[];
}

/** Variables that set what the file may set too. */
export interface EnvironmentSettings {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
  readonly logLevel?: string;
}

/** Every variable that the product reads, and what it does; `docs/config.md` lists them. */
export const ENVIRONMENT_VARIABLES = {
  SWITCHBOARD_CONFIG: "Configuration file, as `--config`.",
  SWITCHBOARD_HOST: "Address to listen on, above `gateway.host`.",
  SWITCHBOARD_PORT: "TCP port, above `gateway.port`.",
  SWITCHBOARD_DATA_DIR: "Data directory, above `gateway.dataDir`.",
  SWITCHBOARD_LOG_LEVEL: "Level of the log, above `telemetry.logLevel`.",
  SWITCHBOARD_OFFLINE: "`1` or `true`: never tries a download.",
  SWITCHBOARD_URL: "Commands: the daemon to talk to, instead of looking for one.",
  SWITCHBOARD_API_KEY: "Commands: the key to talk to the daemon with.",
} as const;

const PREFIX = "SWITCHBOARD_";

/** Reads the environment; empty variables count as unset. Without an argument, that of this process. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const get = (name: string) => (variables[name] === "" ? undefined : variables[name]);
  const own = (name: keyof typeof ENVIRONMENT_VARIABLES) => get(name);
  const homeDir = get("HOME") ?? homedir();
  return {
    variables,
    homeDir,
    configHome: get("XDG_CONFIG_HOME") ?? join(homeDir, ".config"),
    dataHome: get("XDG_DATA_HOME") ?? join(homeDir, ".local", "share"),
    settings: present({
      config: own("SWITCHBOARD_CONFIG"),
      host: own("SWITCHBOARD_HOST"),
      port: own("SWITCHBOARD_PORT"),
      dataDir: own("SWITCHBOARD_DATA_DIR"),
      logLevel: own("SWITCHBOARD_LOG_LEVEL"),
    }),
    offline: /^(1|true|yes|on)$/i.test(own("SWITCHBOARD_OFFLINE") ?? ""),
    ...present({ url: own("SWITCHBOARD_URL"), apiKey: own("SWITCHBOARD_API_KEY") }),
    warnings: unknownVariables(variables),
  };
}

/** Variables that every started program gets: enough to find programs and a home, and no secrets. */
const CHILD_VARIABLES = new Set(
  [
    "HOME LOGNAME PATH SHELL TERM USER LANG LANGUAGE TZ TMPDIR TEMP TMP",
    "XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR",
    "SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS",
    "APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT PROCESSOR_ARCHITECTURE PROGRAMFILES",
    "SYSTEMDRIVE SYSTEMROOT USERNAME USERPROFILE",
  ].flatMap((line) => line.split(" ")),
);

/** The base environment of started programs; an entry's own `env` stands above it. */
export function childEnvironment(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment.variables).filter(
      (pair): pair is [string, string] =>
        pair[1] !== undefined &&
        (CHILD_VARIABLES.has(pair[0].toUpperCase()) || pair[0].startsWith("LC_")),
    ),
  );
}

function unknownVariables(variables: Variables): string[] {
  const known = Object.keys(ENVIRONMENT_VARIABLES);
  return Object.keys(variables)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => {
      const [near] = nearestNames(
        name.slice(PREFIX.length),
        known.map((one) => one.slice(PREFIX.length)),
        1,
      );
      return `${name} means nothing here.${near === undefined ? "" : ` Did you mean ${PREFIX}${near}?`}`;
    });
}

type Present<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

function present<Value extends object>(value: Value): Present<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Present<Value>;
}
