import { isJsonObject, type JsonValue } from "../kernel/json.ts";
import { expandVariables, hasReferences, type Variables } from "./expand.ts";
import { type ConfigPath, formatConfigPath } from "./problem.ts";

/** A value with the references in all its texts filled in. */
export interface ExpandedTree {
  readonly value: JsonValue;
  /** Values that came out of variables: secrets. */
  readonly secrets: readonly string[];
  readonly problems: readonly { readonly path: ConfigPath; readonly message: string }[];
  /** Whether a text at this path was filled in from a variable. */
  isExpanded(path: ConfigPath): boolean;
}

/** Fills in the references in every text below `value`; without `variables` each one is a problem. */
export function expandTree(value: JsonValue, variables: Variables | undefined): ExpandedTree {
  const secrets: string[] = [];
  const problems: { path: ConfigPath; message: string }[] = [];
  const expanded = new Set<string>();

  function walk(node: JsonValue, path: ConfigPath): JsonValue {
    if (typeof node === "string") return hasReferences(node) ? expand(node, path) : node;
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]),
    );
  }

  function expand(text: string, path: ConfigPath): string {
    const result = expandVariables(text, variables ?? {});
    if (variables === undefined && result.text !== text.replaceAll("$${", "${")) {
      problems.push({ path, message: REFUSED });
      return text;
    }
    problems.push(...result.problems.map((message) => ({ path, message })));
    if (result.values.length > 0) {
      expanded.add(formatConfigPath(path));
      secrets.push(...result.values);
    }
    return result.text;
  }

  const walked = walk(value, []);
  return {
    value: walked,
    secrets,
    problems,
    isExpanded: (path) => expanded.has(formatConfigPath(path)),
  };
}

const REFUSED =
  'references to environment variables are filled in from the configuration file only. Write the value itself, or "$${" for a plain "${".';
