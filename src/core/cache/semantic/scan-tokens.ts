import { readNumber } from "./read-number.ts";
import { readWord, type WordPlace } from "./read-word.ts";
import { literal, word, type Token } from "./token.ts";

/** Beside spaces, line breaks and tabs, which are all white space here. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Surrogate}]/u;
const SPACE = /\s/;
const LETTER_OR_DIGIT = /[\p{L}\p{M}\p{N}]/u;
const LOWER = /\p{Ll}/u;
const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”",
  "`": "`",
  "'": "'",
  "‘": "’",
};
const PAUSES = ",.!?…";
const BRACKETS = "()[]{}<>:;";

/**
 * Takes a text apart, in one pass. `undefined` for a text with control characters, invisible
 * characters or half surrogate pairs in it: what cannot be seen cannot be judged.
 */
export function scanTokens(text: string): Token[] | undefined {
  const plain = text.replaceAll(/[\t\r]/g, " ").normalize("NFC");
  if (CONTROL.test(plain.replaceAll("\n", " "))) return undefined;
  return new Scanner(plain).scan();
}

class Scanner {
  readonly #text: string;
  readonly #isShouted: boolean;
  readonly #tokens: Token[] = [];
  readonly #unclosed = new Set<string>();
  #beginsSentence = true;

  constructor(text: string) {
    this.#text = text.trim();
    this.#isShouted = !LOWER.test(text);
  }

  scan(): Token[] {
    const text = this.#text;
    let at = 0;
    while (at < text.length) {
      const character = text[at]!;
      if (SPACE.test(character)) {
        if (character === "\n") this.#tokens.push(literal("\n"));
        at += 1;
        continue;
      }
      const closing = this.#closingQuote(at);
      at = closing === undefined ? this.#chunk(at) : this.#quotation(at, closing);
    }
    return this.#tokens;
  }

  /** Where the quotation that opens here ends; a quotation mark inside a word opens none. */
  #closingQuote(at: number): number | undefined {
    const closer = CLOSERS[this.#text[at] ?? ""];
    if (closer === undefined || this.#unclosed.has(closer)) return undefined;
    for (let end = at + 1; ; end++) {
      end = this.#text.indexOf(closer, end);
      if (end < 0) break;
      const after = this.#text[end + 1];
      if (after === undefined || !LETTER_OR_DIGIT.test(after)) return end;
    }
    this.#unclosed.add(closer);
    return undefined;
  }

  #quotation(at: number, closing: number): number {
    const mark = this.#text[at]!.replace("“", '"').replace("‘", "'");
    this.#tokens.push(literal(`${mark}${this.#text.slice(at + 1, closing)}${mark}`));
    this.#beginsSentence = false;
    return closing + 1;
  }

  /** Takes up what stands between spaces, without the signs before and behind it. */
  #chunk(start: number): number {
    const text = this.#text;
    const end = this.#chunkEnd(start);
    let from = start;
    while (from < end && BRACKETS.includes(text[from]!)) {
      this.#tokens.push(literal(text[from]!));
      from += 1;
      if (this.#closingQuote(from) !== undefined) return from;
    }
    const to = this.#coreEnd(from, end);
    if (to > from) this.#core(text.slice(from, to));
    const behind = text.slice(to, end);
    for (const sign of behind) if (BRACKETS.includes(sign)) this.#tokens.push(literal(sign));
    this.#beginsSentence = /[.!?…]/.test(behind);
    return end;
  }

  #chunkEnd(start: number): number {
    let end = start;
    while (end < this.#text.length && !SPACE.test(this.#text[end]!)) end += 1;
    return end;
  }

  /** Where the pauses and brackets behind a chunk begin. */
  #coreEnd(from: number, end: number): number {
    const text = this.#text;
    let to = end;
    while (to > from && (PAUSES.includes(text[to - 1]!) || BRACKETS.includes(text[to - 1]!)))
      to -= 1;
    // In `src/..` and in `..` points are no pauses.
    const isPath = text[to - 1] === "/" || text[to - 1] === "\\";
    const standsAlone = to === from && (from === 0 || SPACE.test(text[from - 1]!));
    return isPath || (standsAlone && text[from] === ".") ? end : to;
  }

  #core(chunk: string): void {
    const place: WordPlace = {
      beginsSentence: this.#beginsSentence,
      isShouted: this.#isShouted,
    };
    const tokens =
      chunk === "&"
        ? [word("and")]
        : (readNumber(chunk) ?? readWord(chunk, place) ?? [literal(chunk)]);
    this.#tokens.push(...tokens);
  }
}
