import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import type { Variables } from "./expand.ts";
import { createFileSchema } from "./file-schema.ts";
import { fillIn } from "./fill-in.ts";
import { readOptions } from "./option-group.ts";
import { orderPairs } from "./ordered-pairs.ts";
import { type ConfigOptions, OPTION_GROUPS } from "./option-groups.ts";
import type { Override } from "./overrides.ts";
import { type ConfigPath, formatConfigPath } from "./problem.ts";
import { schemaProblems } from "./schema-problems.ts";
import { checkRules } from "./rules.ts";
import { withoutIssues } from "./without-issues.ts";
import { IDLE_SECTIONS } from "./sections/idle.ts";

/** Something about a setting; `origin` names the flag or variable it came from, if not from the file. */
export interface SettingRemark {
  readonly path: ConfigPath;
  readonly atKey: boolean;
  readonly message: string;
  readonly origin?: string;
}

/** The options of all folders, and what is wrong with them. */
export interface SettingsResult {
  /** Where a setting is wrong, with its default in its place. */
  readonly options: ConfigOptions;
  readonly secrets: readonly string[];
  readonly problems: readonly SettingRemark[];
  readonly warnings: readonly SettingRemark[];
  /** Whether a setting came from a flag or variable. */
  isOverridden(path: ConfigPath): boolean;
}

/** What the file's settings are read with. */
export interface SettingsTerms {
  readonly variables: Variables;
  readonly overrides: readonly Override[];
  /** Listening beyond this machine needs no keys. */
  readonly insecure: boolean;
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Places that hold secrets even when they are written out in the file. */
const SECRET_PATHS =
  /^(redis\.(url|password|sentinelPassword)|database\.url|embedding\.apiKey|auth\.apiKeys\[\d+\]\.hash)$/;

/** Those that are texts; of addresses only the password. */
const SECRET_SETTINGS = [
  "redis.url",
  "redis.password",
  "redis.sentinelPassword",
  "database.url",
  "embedding.apiKey",
] as const;

/** Reads everything but the servers: fills in references, lays overrides over the file, checks all of it. */
export function readSettings(file: JsonObject, terms: SettingsTerms): SettingsResult {
  const origins = new Map(
    terms.overrides.map(({ path, origin }) => [formatConfigPath(path), origin]),
  );
  const problems: SettingRemark[] = [];
  const report = (remark: SettingRemark) => {
    if (problems.some(({ path }) => isDeepStrictEqual(path, remark.path))) return;
    const origin = origins.get(formatConfigPath(remark.path));
    problems.push(origin === undefined ? remark : { ...remark, origin });
  };
  const { value, secrets, isExpanded } = fillIn(file, terms.variables, report);
  const merged = withOverrides(value, terms.overrides);
  const schema = createFileSchema();
  const parsed = schema.safeParse(merged);
  const isSecret = (path: ConfigPath) =>
    isExpanded(path) || SECRET_PATHS.test(formatConfigPath(path));
  for (const problem of schemaProblems(parsed.error?.issues ?? [], {
    schema,
    value: merged,
    isSecret,
  })) {
    report(problem);
  }
  const sound = parsed.success
    ? parsed
    : schema.safeParse(withoutIssues(merged, parsed.error.issues));
  const { sections, broken } = orderPairs((sound.data ?? {}) as JsonObject, merged);
  const options = readAllOptions(sections as Sections);
  const known = new Set(problems.map(({ path }) => formatConfigPath(path.slice(0, 2))));
  const isSound = (path: ConfigPath) => !known.has(formatConfigPath(path.slice(0, 2)));
  for (const rule of [...broken, ...checkRules(options, terms.insecure)]) {
    const { path, dependsOn = [] } = rule;
    if ([path, ...dependsOn].every(isSound)) report({ path, atKey: false, message: rule.message });
  }
  return {
    options,
    secrets: [...secrets, ...writtenSecrets(value)],
    problems,
    warnings: settingWarnings(file),
    isOverridden: (path) => origins.has(formatConfigPath(path)),
  };
}

function withOverrides(file: JsonObject, overrides: readonly Override[]): JsonObject {
  const merged: Record<string, JsonValue> = { ...file };
  for (const { path, value } of overrides) {
    const [section, key] = path as readonly [string, string];
    const content = merged[section] ?? {};
    if (isJsonObject(content)) merged[section] = { ...content, [key]: value };
  }
  return merged;
}

function readAllOptions(sections: Sections): ConfigOptions {
  return Object.fromEntries(
    Object.entries(OPTION_GROUPS).map(([name, group]) => [
      name,
      readOptions<object>(group, sections),
    ]),
  ) as unknown as ConfigOptions;
}

function writtenSecrets(value: JsonObject): string[] {
  return SECRET_SETTINGS.flatMap((path) => {
    const [section, key] = path.split(".") as [string, string];
    const content = value[section];
    const secret = isJsonObject(content) ? content[key] : undefined;
    if (typeof secret !== "string") return [];
    if (key !== "url") return [secret];
    const [, password] = /^[a-z+]+:\/\/[^@/\s]*?:([^@/\s]+)@/i.exec(secret) ?? [];
    return password === undefined ? [] : [secret, password, decodeOrSame(password)];
  });
}

function decodeOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function settingWarnings(file: JsonObject): SettingRemark[] {
  const idle = Object.keys(file)
    .filter((section) => Object.hasOwn(IDLE_SECTIONS, section) && file[section] !== null)
    .map((section) => ({
      path: [section],
      atKey: true,
      message: "this section has no effect in this version.",
    }));
  if (!Object.hasOwn(file, "inputs")) return idle;
  const message =
    "VS Code asks its user for inputs; a daemon cannot ask, so they are ignored. Write environment variables, such as ${GITHUB_TOKEN}, where an entry names an input.";
  return [...idle, { path: ["inputs"], atKey: true, message }];
}
