import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config.ts";
import { COMPOSITES_SECTION } from "./file-schema.ts";
import { fileSettings, type OptionGroup } from "./option-group.ts";
import { OPTION_GROUPS } from "./option-groups.ts";

/** What differs between two configurations. */
export interface ConfigChanges {
  readonly servers: {
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly removed: readonly string[];
  };
  /** Settings that the running daemon takes over, dotted as in the file. */
  readonly applied: readonly string[];
  /** Settings that hold from the next start on. */
  readonly needRestart: readonly string[];
}

/** Settings that the daemon takes over while it runs; every other one needs a restart. */
const LIVE_SETTINGS: ReadonlySet<string> = new Set([
  COMPOSITES_SECTION,
  "auth.apiKeys",
  "auth.anonymous",
  "gateway.allowCommandsOverApi",
  "plans.rules",
  "telemetry.logLevel",
]);

/** Compares by value: an entry written differently but meaning the same has not changed. */
export function compareConfigs(before: Config, after: Config): ConfigChanges {
  const old = new Map(before.servers.map((server) => [server.id, server]));
  const now = new Map(after.servers.map((server) => [server.id, server]));
  const settings = changedSettings(before, after);
  return {
    servers: {
      added: [...now.keys()].filter((id) => !old.has(id)),
      changed: [...now]
        .filter(([id, server]) => old.has(id) && !isDeepStrictEqual(old.get(id), server))
        .map(([id]) => id),
      removed: [...old.keys()].filter((id) => !now.has(id)),
    },
    applied: settings.filter((setting) => LIVE_SETTINGS.has(setting)),
    needRestart: settings.filter((setting) => !LIVE_SETTINGS.has(setting)),
  };
}

/** Whether nothing differs. */
export function isUnchanged({ servers, applied, needRestart }: ConfigChanges): boolean {
  const lists = [servers.added, servers.changed, servers.removed, applied, needRestart];
  return lists.every((list) => list.length === 0);
}

function changedSettings(before: Config, after: Config): string[] {
  const dataDir = before.dataDir === after.dataDir ? [] : ["gateway.dataDir"];
  const others = Object.entries<OptionGroup<object>>(OPTION_GROUPS).flatMap(([name, group]) =>
    fileSettings(group)
      .filter(
        ({ field, key }) =>
          key !== "dataDir" &&
          !isDeepStrictEqual(settingOf(before, name, field), settingOf(after, name, field)),
      )
      .map(({ key }) => `${group.section}.${key}`),
  );
  const hasOtherComposites = !isDeepStrictEqual(before.composites, after.composites);
  const composites = hasOtherComposites ? [COMPOSITES_SECTION] : [];
  return [...new Set([...dataDir, ...others, ...composites])];
}

function settingOf(config: Config, group: string, field: string): unknown {
  return (config as unknown as Record<string, Record<string, unknown>>)[group]?.[field];
}
