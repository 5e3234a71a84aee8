import { isUtf8 } from "node:buffer";
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Document,
  type Pair,
  type Scalar,
} from "yaml";
import { GatewayError } from "../../kernel/errors.ts";
import { invalidRequest } from "../../contract/index.ts";

/** YAML is for people; parsing half a MiB of it holds the process up for about a second. */
const MAX_BYTES = 524_288;
/** The library recurses over nested values, and near the end of the stack the process itself dies. */
const MAX_DEPTH = 128;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Something in a text that JSON cannot say, and where. */
class YamlError extends Error {
  override readonly name = "YamlError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** What is wrong with a YAML document, and where, counted from 1. */
export interface YamlProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** A YAML document as JSON text, or all that is wrong with it. */
export type YamlReading =
  | { readonly kind: "read"; readonly json: Buffer }
  | { readonly kind: "broken"; readonly problems: readonly YamlProblem[] };

/**
 * Writes a YAML document as JSON, as `readYaml`.
 * @throws GatewayError `invalid-request` with every problem and its line; `payload-too-large`.
 */
export function yamlToJson(body: Buffer, maxBytes: number): Buffer {
  const reading = readYaml(body, maxBytes);
  if (reading.kind === "read") return reading.json;
  throw invalidRequest(
    reading.problems.map(({ message, line, column }) => ({
      path: "",
      message: `the YAML at line ${line}, column ${column}: ${message}`,
    })),
  );
}

/**
 * Reads a YAML document as JSON. Decimal numbers keep their digits, so that none is rounded; aliases
 * are unfolded up to `maxBytes` of JSON.
 * @throws GatewayError `payload-too-large`.
 */
export function readYaml(body: Buffer, maxBytes: number): YamlReading {
  if (body.length > MAX_BYTES) {
    const message = `YAML is read up to ${MAX_BYTES} bytes, received ${body.length}; send JSON.`;
    throw new GatewayError("payload-too-large", message, { limitBytes: MAX_BYTES });
  }
  const lines = new LineCounter();
  const broken = (problems: readonly Complaint[]): YamlReading => ({
    kind: "broken",
    problems: problems.map(({ message, offset }) => {
      const { line, col } = lines.linePos(offset);
      return { message, line, column: col };
    }),
  });
  try {
    if (!isUtf8(body)) throw new YamlError("it is not UTF-8", 0);
    const text = body.toString();
    const { errors, warnings, contents } = compose(text, lines);
    const problems = [...errors, ...warnings];
    if (problems.length > 0) {
      const complaints = problems.map(({ message, pos }) => ({ message, offset: pos[0] }));
      return broken(bareReference(text, complaints[0]!) ?? complaints);
    }
    const writer = new JsonWriter(maxBytes);
    writer.write(contents, 0);
    return { kind: "read", json: writer.toBuffer() };
  } catch (error) {
    if (error instanceof YamlError) return broken([error]);
    throw error;
  }
}

type Complaint = Pick<YamlError, "message" | "offset">;

/** A reference without quotes inside `{…}` or `[…]`: its brace ends the text, and all after it is off. */
function bareReference(text: string, { offset }: Complaint): readonly Complaint[] | undefined {
  const start = offset - 1;
  if (!text.startsWith("${", start)) return undefined;
  const end = text.indexOf("}", start);
  const reference = end === -1 ? "${…}" : text.slice(start, end + 1);
  const shownReference = reference.length <= 60 && !reference.includes("\n") ? reference : "${…}";
  return [{ message: `put "${shownReference}" in quotes here`, offset: start }];
}

/** As the library's own `parseDocument`, with a bound on the depth. */
function compose(text: string, lines: LineCounter): Document.Parsed {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    offset += lexeme.length;
    if (parser.stack.length > MAX_DEPTH) throw new YamlError("it is nested too deeply", offset);
  }
  tokens.push(...parser.end());
  // Telling equal keys apart is the writer's: the library's way is quadratic.
  const composer = new Composer({ uniqueKeys: false });
  const [document, next] = composer.compose(tokens, true, text.length);
  if (next !== undefined) throw new YamlError("one document is expected", next.range[0]);
  return document!;
}

class JsonWriter {
  readonly #maxBytes: number;
  readonly #parts: string[] = [];
  readonly #anchors = new Map<string, unknown>();
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.#parts.join(""));
  }

  write(node: unknown, at: number): void {
    if (isAlias(node)) return this.write(this.#anchored(node.source, startOf(node, at)), at);
    if (isMap(node)) this.#writeMap(node.items, startOf(node, at));
    else if (isSeq(node)) this.#writeSeq(node.items, startOf(node, at));
    else this.#put(isScalar(node) ? scalarText(node, startOf(node, at)) : "null", at);
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #writeMap(pairs: readonly Pair[], at: number): void {
    const keys = new Set<string>();
    this.#put("{", at);
    for (const { key, value } of pairs) {
      const keyAt = startOf(key, at);
      const name = keyText(key, keyAt);
      if (keys.has(name)) throw new YamlError(`the key ${shown(name)} stands here twice`, keyAt);
      this.#put(`${keys.size > 0 ? "," : ""}${JSON.stringify(name)}:`, keyAt);
      keys.add(name);
      this.write(value, keyAt);
    }
    this.#put("}", at);
  }

  #writeSeq(items: readonly unknown[], at: number): void {
    this.#put("[", at);
    items.forEach((item, index) => {
      if (index > 0) this.#put(",", at);
      this.write(item, at);
    });
    this.#put("]", at);
  }

  /** An anchor counts from the end of its value on: a value never holds itself. */
  #anchored(name: string, at: number): unknown {
    if (this.#anchors.has(name)) return this.#anchors.get(name);
    throw new YamlError(`no anchor &${name} stands before this alias`, at);
  }

  #put(text: string, at: number): void {
    this.#length += text.length;
    if (this.#length > this.#maxBytes) {
      throw new YamlError(`its aliases unfold to more than ${this.#maxBytes} bytes`, at);
    }
    this.#parts.push(text);
  }
}

function startOf(node: unknown, above: number): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? above;
}

function keyText(key: unknown, at: number): string {
  if (!isScalar(key)) throw new YamlError("a key must be a text", at);
  if (key.value === "<<" && key.type === "PLAIN") {
    throw new YamlError("merge keys (<<) are not read; write the members out", at);
  }
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

function scalarText(node: Scalar, at: number): string {
  const { value } = node;
  if (typeof value === "number") return numberText(value, node.source ?? "", at);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  throw new YamlError(`JSON has nothing like ${shown(node.source ?? node.tag ?? "this")}`, at);
}

function numberText(value: number, source: string, at: number): string {
  const digits = source.replace(/^\+/, "");
  if (JSON_NUMBER.test(digits)) return digits;
  const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (isExact) return String(value);
  throw new YamlError(`JSON has no number ${shown(source)}; write it in decimal digits`, at);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
