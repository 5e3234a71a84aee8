import { asBuffer } from "../kernel/as-buffer.ts";

/** One server-sent event; the data stays bytes. */
export interface SseEvent {
  /** The event's name; `message` when it gave none. */
  readonly type: string;
  readonly data: Uint8Array;
}

/** Says that one event is larger than allowed. */
export class SseLimitError extends Error {
  override readonly name = "SseLimitError";
}

/** Reads an event stream (WHATWG HTML, "server-sent events") as its chunks arrive. */
export interface SseParser {
  /** The id to resume after: that of the last event which carried one. */
  readonly lastEventId: string | undefined;
  /** Milliseconds to wait before reconnecting, when the server named them. */
  readonly retryMs: number | undefined;
  /**
   * Takes the next chunk; it must not be modified afterwards.
   * @throws SseLimitError when an event grows beyond the limit.
   */
  push(chunk: Uint8Array): void;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Makes a parser that accepts events of up to `maxEventBytes`. */
export function createSseParser(
  options: { readonly maxEventBytes: number },
  onEvent: (event: SseEvent) => void,
): SseParser {
  return new StreamParser(options.maxEventBytes, onEvent);
}

class StreamParser implements SseParser {
  lastEventId: string | undefined;
  retryMs: number | undefined;
  readonly #maxEventBytes: number;
  readonly #onEvent: (event: SseEvent) => void;
  #unfinished: Uint8Array[] = [];
  #unfinishedBytes = 0;
  #data: Uint8Array[] = [];
  #dataBytes = 0;
  #type = "";
  #id: string | undefined;
  #afterReturn = false;
  #atStart = true;

  constructor(maxEventBytes: number, onEvent: (event: SseEvent) => void) {
    this.#maxEventBytes = maxEventBytes;
    this.#onEvent = onEvent;
  }

  push(chunk: Uint8Array): void {
    const hasReturns = chunk.includes(CR);
    let start = 0;
    for (let end = lineEnd(chunk, 0, hasReturns); end !== -1;) {
      const isReturn = chunk[end] === CR;
      const closesPair = !isReturn && this.#afterReturn && end === start;
      if (!closesPair) this.#takeLine(chunk.subarray(start, end));
      this.#afterReturn = isReturn;
      start = end + 1;
      end = lineEnd(chunk, start, hasReturns);
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  #keep(part: Uint8Array): void {
    this.#afterReturn = false;
    this.#unfinished.push(part);
    this.#unfinishedBytes += part.length;
    this.#checkSize();
  }

  #checkSize(): void {
    if (this.#unfinishedBytes + this.#dataBytes <= this.#maxEventBytes) return;
    throw new SseLimitError(`an event is larger than ${this.#maxEventBytes} bytes`);
  }

  #takeLine(part: Uint8Array): void {
    let line = part;
    if (this.#unfinished.length > 0) {
      line = Buffer.concat([...this.#unfinished, part]);
      this.#unfinished = [];
      this.#unfinishedBytes = 0;
    }
    if (this.#atStart) {
      this.#atStart = false;
      if (BYTE_ORDER_MARK.every((byte, index) => line[index] === byte)) line = line.subarray(3);
    }
    if (line.length === 0) this.#dispatch();
    else if (line[0] !== COLON) this.#takeField(line);
  }

  #takeField(line: Uint8Array): void {
    const colon = line.indexOf(COLON);
    const nameEnd = colon === -1 ? line.length : colon;
    const valueStart = nameEnd + (line[nameEnd + 1] === SPACE ? 2 : 1);
    const value = line.subarray(Math.min(valueStart, line.length));
    const name = toText(line.subarray(0, nameEnd));
    if (name === "data") {
      this.#data.push(value);
      this.#dataBytes += value.length;
      this.#checkSize();
    } else if (name === "event") this.#type = toText(value);
    else if (name === "id" && !value.includes(0)) this.#id = toText(value);
    else if (name === "retry") this.#takeRetry(toText(value));
  }

  #takeRetry(text: string): void {
    if (/^\d{1,9}$/.test(text)) this.retryMs = Number(text);
  }

  #dispatch(): void {
    const [data, type] = [this.#data, this.#type];
    if (this.#id !== undefined) this.lastEventId = this.#id;
    this.#data = [];
    this.#dataBytes = 0;
    this.#type = "";
    if (data.length === 0) return;
    this.#onEvent({ type: type === "" ? "message" : type, data: joinLines(data) });
  }
}

/** Lines end with LF, CR or CRLF; most streams hold no CR, and are not searched for one again and again. */
function lineEnd(chunk: Uint8Array, from: number, hasReturns: boolean): number {
  const lineFeed = chunk.indexOf(LF, from);
  if (!hasReturns) return lineFeed;
  const carriageReturn = chunk.indexOf(CR, from);
  if (lineFeed === -1 || carriageReturn === -1) return Math.max(lineFeed, carriageReturn);
  return Math.min(lineFeed, carriageReturn);
}

function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  if (lines.length === 1) return lines[0]!;
  const newline = Uint8Array.of(LF);
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line])));
}

function toText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString("utf8");
}
