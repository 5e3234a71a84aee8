import { basename } from "node:path";
import { isJsonObject, type JsonValue } from "../../kernel/json.ts";
import { variableNameOf } from "../expand.ts";

/** What editors' references to places stand for. */
export interface EditorPlaces {
  readonly workspaceFolder: string;
  readonly userHome: string;
}

/**
 * Turns the references of VS Code and Cursor into ours: places into paths, and `${input:name}`,
 * for which the editor asks its user, into the environment variable `${NAME}`, told in `needs`.
 */
export function toOwnReferences(
  value: JsonValue,
  places: EditorPlaces,
): { readonly value: JsonValue; readonly needs: readonly string[] } {
  const needs = new Set<string>();
  const plain: Readonly<Record<string, string>> = {
    workspaceFolder: places.workspaceFolder,
    workspaceFolderBasename: basename(places.workspaceFolder),
    userHome: places.userHome,
    pathSeparator: "/",
    "/": "/",
  };
  const replace = (whole: string, body: string): string => {
    if (Object.hasOwn(plain, body)) return plain[body]!;
    if (!body.startsWith("input:")) return whole;
    const name = variableNameOf(body.slice("input:".length));
    needs.add(name);
    return `\${${name}}`;
  };
  const walk = (node: JsonValue): JsonValue => {
    if (typeof node === "string") return node.replaceAll(/\$\{([^{}]*)\}/g, replace);
    if (Array.isArray(node)) return node.map(walk);
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item)]));
  };
  return { value: walk(value), needs: [...needs] };
}
