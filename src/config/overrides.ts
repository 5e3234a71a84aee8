import type { JsonValue } from "../kernel/json.ts";
import type { Environment } from "./environment.ts";
import type { ConfigPath } from "./problem.ts";

/** What the command line sets above the file and the environment; texts as they were given. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly logLevel?: string | undefined;
  /** Listens beyond this machine without keys. */
  readonly insecure?: boolean | undefined;
}

/** A setting from elsewhere than the file. */
export interface Override {
  readonly path: ConfigPath;
  readonly value: JsonValue;
  /** The flag or variable, for messages. */
  readonly origin: string;
}

const SETTINGS = [
  { name: "host", path: ["gateway", "host"], flag: "--host", variable: "SWITCHBOARD_HOST" },
  { name: "port", path: ["gateway", "port"], flag: "--port", variable: "SWITCHBOARD_PORT" },
  {
    name: "dataDir",
    path: ["gateway", "dataDir"],
    flag: "--data-dir",
    variable: "SWITCHBOARD_DATA_DIR",
  },
  {
    name: "logLevel",
    path: ["telemetry", "logLevel"],
    flag: "--log-level",
    variable: "SWITCHBOARD_LOG_LEVEL",
  },
] as const;

/** The settings that stand above the file's: a flag before a variable. */
export function readOverrides(environment: Environment, flags: ConfigFlags): Override[] {
  return SETTINGS.flatMap(({ name, path, flag, variable }): Override[] => {
    const given = flags[name] ?? environment.settings[name];
    if (given === undefined) return [];
    const value = name === "port" && /^\d+$/.test(given) ? Number(given) : given;
    return [{ path, value, origin: flags[name] === undefined ? variable : flag }];
  });
}
