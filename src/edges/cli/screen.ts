import type { Writable } from "node:stream";
import type { Terminal } from "./host.ts";
import { createLiveArea } from "./live-area.ts";
import { startSpinner, type ProgressLine } from "./spinner.ts";
import { createStyle } from "./text/style.ts";
import type { Canvas } from "./text/table.ts";

/** Where a command writes: answers to standard output, everything else to standard error. */
export interface Screen {
  readonly json: boolean;
  /** Whether a person reads standard output. */
  readonly interactive: boolean;
  /** Whether a person reads standard error. */
  readonly watched: boolean;
  readonly canvas: Canvas;
  /** Of standard error: as wide as the terminal, else 100 columns. */
  readonly errorCanvas: Canvas;
  /** Lines of human output. */
  print(text: string): void;
  /** Writes as it is. */
  write(bytes: Uint8Array | string): void;
  /** The one document of machine output: a JSON text as bytes, or a value. */
  printJson(document: unknown): void;
  /** The answer in the form that was asked for. */
  answer(document: unknown, human: () => string): void;
  /** A remark beside the answer; not in machine output. */
  note(text: string): void;
  /** A line that changes while something goes on; nothing where nobody watches. */
  progress(text: string): ProgressLine;
  /** Lines on standard error that `render` gives anew ten times a second; nothing where nobody watches. */
  live(render: (frame: number) => readonly string[]): Disposable;
}

const UNWATCHED_WIDTH = 100;

export function createScreen(terminal: Terminal, json: boolean): Screen {
  const { output, errors } = terminal;
  const interactive = isTerminal(output);
  const watched = isTerminal(errors);
  const columns = columnsOf(terminal);
  const canvas: Canvas = {
    width: interactive ? columns : Infinity,
    style: createStyle(interactive && terminal.outputColour),
  };
  const errorCanvas: Canvas = {
    width: watched ? columns : UNWATCHED_WIDTH,
    style: createStyle(watched && terminal.errorsColour),
  };
  const area = createLiveArea(errors, watched && !json);
  const print = (text: string): void => {
    area.clear();
    output.write(`${text}\n`);
  };
  const printJson = (document: unknown): void => {
    if (!(document instanceof Uint8Array)) return print(JSON.stringify(document));
    area.clear();
    output.write(document);
    output.write("\n");
  };
  return {
    json,
    interactive,
    watched,
    canvas,
    errorCanvas,
    print,
    printJson,
    write(bytes) {
      area.clear();
      output.write(bytes);
    },
    answer(document, human) {
      if (json) printJson(document);
      else print(human());
    },
    note(text) {
      if (json) return;
      area.clear();
      errors.write(`${text}\n`);
    },
    progress: (text) => startSpinner(area, text, columns),
    live: (render) => area.show(render),
  };
}

/** Columns that a terminal has; one that does not know says 0 and is taken for 80. */
export function columnsOf({ columns }: Terminal): number {
  return columns > 0 ? Math.max(20, columns) : 80;
}

/** Whether a person sits at the other end of a stream. */
export function isTerminal(stream: Writable | NodeJS.ReadableStream): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}
