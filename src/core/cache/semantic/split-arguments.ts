import { isJsonObject, type JsonValue } from "../../../kernel/json.ts";

/** Arguments with more texts than this are data rather than a request. */
const MAX_TEXTS = 4;
const MAX_VALUES = 512;
const MAX_DEPTH = 16;

/** Words, at least two of which hold a letter. */
const LETTER = /\p{L}/u;
/** Signs of code, patterns, markup and query languages, where every letter counts. */
const CODE = /[{}[\]\\|^~=<>;]|\.\*|^\s*(?:select|insert|update|delete|merge|match)\b/i;

/** Arguments taken apart into what is compared by meaning and everything else. */
export interface SplitArguments {
  /** All but the texts, in one canonical string; equal when structure and all other values are. */
  readonly shape: string;
  /** The texts, in the order of their sorted paths. */
  readonly texts: readonly string[];
}

/**
 * Takes arguments apart. Texts are strings of two or more words; numbers, booleans, single words,
 * ids, code and queries are compared exactly. `undefined` where there is no text, where there is too
 * much of anything, or a whole number is too large to have been read exactly.
 */
export function splitArguments(value: JsonValue): SplitArguments | undefined {
  const splitter = new Splitter();
  const shape = splitter.write(value, 0);
  const { texts, isRefused } = splitter;
  return isRefused || texts.length === 0 ? undefined : { shape, texts };
}

/** Whether a string reads like something that a person wrote, rather than a value. */
export function isFreeText(text: string): boolean {
  if (CODE.test(text)) return false;
  let words = 0;
  for (const chunk of text.split(/\s+/u, 64)) {
    if (LETTER.test(chunk)) words += 1;
    if (words === 2) return true;
  }
  return false;
}

class Splitter {
  readonly texts: string[] = [];
  isRefused = false;
  #values = 0;

  write(value: JsonValue, depth: number): string {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) this.isRefused = true;
    if (this.isRefused) return "";
    if (typeof value === "string") return this.#string(value);
    if (typeof value === "number") return this.#number(value);
    if (Array.isArray(value)) {
      return `[${value.map((item: JsonValue) => this.write(item, depth + 1)).join(",")}]`;
    }
    if (!isJsonObject(value)) return JSON.stringify(value);
    const members = Object.keys(value)
      .toSorted()
      .map((name) => `${JSON.stringify(name)}:${this.write(value[name]!, depth + 1)}`);
    return `{${members.join(",")}}`;
  }

  /** A text leaves a mark that stands in no other value's writing. */
  #string(value: string): string {
    if (!isFreeText(value)) return JSON.stringify(value);
    this.texts.push(value);
    if (this.texts.length > MAX_TEXTS) this.isRefused = true;
    return "text";
  }

  #number(value: number): string {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.isRefused = true;
    return Object.is(value, -0) ? "-0" : String(value);
  }
}
