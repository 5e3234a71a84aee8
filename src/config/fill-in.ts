import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import { expandTree } from "./expand-tree.ts";
import { hasReferences, type Variables } from "./expand.ts";
import {
  createFileSchema,
  EXPANDED_SECTIONS,
  FREE_TEXT_SECTIONS,
  SERVER_SECTIONS,
} from "./file-schema.ts";
import type { ConfigPath } from "./problem.ts";
import { keysAt } from "./schema-keys.ts";

/** Fills in references where they are allowed and complains about them where they are not; drops empty sections. */
export function fillIn(
  file: JsonObject,
  variables: Variables,
  report: (remark: {
    readonly path: ConfigPath;
    readonly atKey: boolean;
    readonly message: string;
  }) => void,
): {
  readonly value: JsonObject;
  readonly secrets: readonly string[];
  readonly isExpanded: (path: ConfigPath) => boolean;
} {
  const value = new Map<string, JsonValue>();
  const sections = keysAt(createFileSchema(), []);
  const secrets: string[] = [];
  const expanded: ((path: ConfigPath) => boolean)[] = [];
  for (const [section, content] of Object.entries(file)) {
    // Its entries are read elsewhere, and a section with everything commented out is no section.
    const isServers = SERVER_SECTIONS.some((name) => name === section);
    if (isServers || (content === null && sections.includes(section))) continue;
    value.set(section, content);
    if (EXPANDED_SECTIONS.some((name) => name === section)) {
      const tree = expandTree(content, variables);
      value.set(section, tree.value);
      secrets.push(...tree.secrets);
      expanded.push((path) => path[0] === section && tree.isExpanded(path.slice(1)));
      for (const { path, message } of tree.problems) {
        report({ path: [section, ...path], atKey: false, message });
      }
    } else if (!FREE_TEXT_SECTIONS.some((name) => name === section)) {
      for (const path of pathsWithReferences(content, [section])) {
        report({ path, atKey: false, message: NOT_FILLED_IN });
      }
    }
  }
  return {
    value: Object.fromEntries(value),
    secrets,
    isExpanded: (path) => expanded.some((test) => test(path)),
  };
}

const NOT_FILLED_IN = `references are filled in only in server entries, ${EXPANDED_SECTIONS.join(", ")}. Write the value itself, or use the setting's environment variable if it has one.`;

function pathsWithReferences(value: JsonValue, path: ConfigPath): ConfigPath[] {
  if (typeof value === "string") return hasReferences(value) ? [path] : [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => pathsWithReferences(item, [...path, index]));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => pathsWithReferences(item, [...path, key]));
}
