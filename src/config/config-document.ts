import { LineCounter, parseDocument } from "yaml";
import type { JsonValue } from "../kernel/json.ts";
import { blankJsonComments } from "../kernel/json-comments.ts";
import { readNodes } from "./node-reader.ts";
import { type ConfigPath, type ConfigProblem, formatConfigPath } from "./problem.ts";

/** A place in a text, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What a configuration file says, and where it says it. */
export interface ConfigDocument {
  /** Null for an empty file. */
  readonly value: JsonValue;
  /** Where the value at `path` stands, or its key; the nearest one above it where there is none. */
  locate(path: ConfigPath, part?: "key" | "value"): TextPosition;
}

/** Either a document, perhaps with repeated keys told in `problems`, or the syntax errors alone. */
export interface ReadDocument {
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Whether a text is to be read as JSON (with comments): by its file's name, else by its first sign. */
export function isJsonText(text: string, file: string): boolean {
  return /\.jsonc?$/i.test(file) || /^\uFEFF?\s*(?:\{|\/[/*])/.test(text);
}

/**
 * Parses YAML, JSON, or JSON with comments. Plain numbers and booleans where `isText` says that
 * text belongs are read as written (`1.10`, `0755`), not as the number.
 */
export function readConfigDocument(
  text: string,
  options: { readonly file: string; readonly isText: (path: ConfigPath) => boolean },
): ReadDocument {
  const { file, isText } = options;
  const lines = new LineCounter();
  const json = isJsonText(text, file);
  const parsed = parseDocument(json ? blankJsonComments(text) : text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const positionAt = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (parsed.errors.length > 0) {
    const language = json ? "JSON" : "YAML";
    const problems = parsed.errors.map((error) => ({
      file,
      ...positionAt(error.pos[0]),
      path: "",
      message: `not valid ${language}: ${error.message}.`,
    }));
    return { document: undefined, problems };
  }
  const nodes = readNodes(parsed, isText);
  const problems = nodes.complaints.map(({ offset, path, message, firstOffset }) => ({
    file,
    ...positionAt(offset),
    path: formatConfigPath(path),
    message:
      firstOffset === undefined
        ? message
        : `${message} (First: line ${positionAt(firstOffset).line}.)`,
  }));
  const locate: ConfigDocument["locate"] = (path, part = "value") =>
    positionAt(nodes.offsetOf(path, part));
  return { document: { value: nodes.value, locate }, problems };
}
