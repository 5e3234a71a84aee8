import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import type { Tool } from "../catalog/index.ts";

const MAX_LEAD_CHARACTERS = 300;
const MAX_REST_CHARACTERS = 2_000;
const MAX_PARAMETERS = 64;
const MAX_PARAMETER_CHARACTERS = 240;
const MAX_DEPTH = 3;
const MAX_CHOICES = 8;

const SENTENCE_END = /[.!?](?=\s+[\p{Lu}\p{N}"'(`*])|\n/u;
const HUMP = /(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu;

/** What a tool is not for, to the end of the sentence: its words would find just the wrong tool. */
const NOT_FOR =
  /\b(?:(?:do not|don['’]t|never|should not be|shouldn['’]t be|must not be) used?|not (?:intended|meant|suitable|suited|designed) (?:for|to))\b[^.;!?\n]*/giu;

/** What search knows of a tool, field by field; each bounded in length and on one line. */
export interface ToolDocument {
  readonly server: string;
  readonly name: string;
  readonly title: string;
  /** The first sentence of the description. */
  readonly lead: string;
  /** The description after its first sentence. */
  readonly rest: string;
  readonly parameters: readonly ToolParameter[];
}

/** A parameter, nested ones included; `description` holds its choices too. */
export interface ToolParameter {
  readonly name: string;
  readonly description: string;
}

/** The part of a tool that its document is made of. */
export type DescribedTool = Pick<
  Tool,
  "server" | "name" | "title" | "description" | "annotations" | "inputSchema"
>;

/** Reads a tool's document. */
export function toolDocument(tool: DescribedTool): ToolDocument {
  const title = tool.title ?? tool.annotations?.title ?? "";
  const description = (tool.description ?? "").trim();
  const end = SENTENCE_END.exec(description);
  const cut = Math.min(end === null ? description.length : end.index + 1, MAX_LEAD_CHARACTERS);
  const parameters: ToolParameter[] = [];
  collectParameters(tool.inputSchema, parameters, 0);
  return {
    server: tool.server,
    name: tool.name,
    title: oneLine(title, MAX_PARAMETER_CHARACTERS),
    lead: oneLine(description.slice(0, cut).replaceAll(NOT_FOR, ""), MAX_LEAD_CHARACTERS),
    rest: oneLine(
      description.slice(cut, cut + MAX_REST_CHARACTERS).replaceAll(NOT_FOR, ""),
      MAX_REST_CHARACTERS,
    ),
    parameters,
  };
}

/**
 * The text that is embedded for a tool, one field a line: `server: name`, title, first sentence,
 * rest, then `parameter: description` lines. Embedders read it as prose or, with
 * `parseDocumentText`, field by field.
 */
export function documentText(document: ToolDocument): string {
  const lines = [
    `${document.server}: ${spacedWords(document.name)}`,
    document.title,
    document.lead,
    document.rest,
    ...document.parameters.map(({ name, description }) => `${spacedWords(name)}: ${description}`),
  ];
  return lines.join("\n").trimEnd();
}

/** Takes the text of `documentText` apart again; other text is read as far as it fits. */
export function parseDocumentText(text: string): ToolDocument {
  const [heading = "", title = "", lead = "", rest = "", ...lines] = text.split("\n");
  const { before: server, after: name } = splitAtColon(heading);
  return {
    server,
    name,
    title,
    lead,
    rest,
    parameters: lines.map((line) => {
      const { before, after } = splitAtColon(line);
      return { name: before, description: after };
    }),
  };
}

function splitAtColon(line: string): { before: string; after: string } {
  const colon = line.search(/:(?: |$)/);
  if (colon < 0) return { before: line, after: "" };
  return { before: line.slice(0, colon), after: line.slice(colon + 2) };
}

/** An identifier as words: `get_userById` is `get user By Id`. */
export function spacedWords(identifier: string): string {
  return identifier
    .replaceAll(HUMP, "$1$2 ")
    .replaceAll(/[_\-./\s:]+/g, " ")
    .trim();
}

function oneLine(text: string, maxCharacters: number): string {
  return text.slice(0, maxCharacters).replaceAll(/\s+/g, " ").trim();
}

function collectParameters(schema: JsonObject, found: ToolParameter[], depth: number): void {
  if (depth === MAX_DEPTH) return;
  const { properties } = schema;
  if (isJsonObject(properties)) {
    for (const [name, value] of Object.entries(properties)) {
      if (found.length === MAX_PARAMETERS) return;
      found.push({ name: oneLine(name, 64), description: parameterDescription(value) });
      if (isJsonObject(value)) collectParameters(value, found, depth + 1);
    }
  }
  for (const inner of innerSchemas(schema)) collectParameters(inner, found, depth + 1);
}

function parameterDescription(value: JsonValue): string {
  if (!isJsonObject(value)) return "";
  const { description, enum: choices } = value;
  const words = typeof description === "string" ? [description] : [];
  if (Array.isArray(choices)) {
    const texts = choices.filter((choice) => typeof choice === "string");
    words.push(texts.slice(0, MAX_CHOICES).join(", "));
  }
  return oneLine(words.join(" "), MAX_PARAMETER_CHARACTERS);
}

function innerSchemas(schema: JsonObject): JsonObject[] {
  const { items, anyOf, oneOf, allOf } = schema;
  return [items, anyOf, oneOf, allOf].flat().filter((inner) => isJsonObject(inner));
}
