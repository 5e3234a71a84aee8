import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { readLogLines } from "./log-lines.ts";

describe("createLineSplitter", () => {
  function split(chunks: readonly string[], maxLineBytes = 20) {
    const lines: string[] = [];
    let tooLong = 0;
    const splitter = createLineSplitter(
      { maxLineBytes },
      { onLine: (line) => lines.push(line.toString()), onTooLong: () => (tooLong += 1) },
    );
    for (const chunk of chunks) splitter.push(Buffer.from(chunk));
    return { lines, tooLong };
  }

  it("puts lines together from chunks and leaves out empty ones", () => {
    expect(split(["a\nb", "c", "d\n\n", "e\nf"]).lines).toEqual(["a", "bcd", "e"]);
  });

  it("says once that a line is too long, and reads nothing after it", () => {
    expect(split(["ok\n", "x".repeat(15), "x".repeat(15), "\nlater\n"])).toEqual({
      lines: ["ok"],
      tooLong: 1,
    });
    expect(split([`${"x".repeat(21)}\nlater\n`])).toEqual({ lines: [], tooLong: 1 });
    expect(split([`${"x".repeat(20)}\n`]).lines).toHaveLength(1);
  });
});

describe("readLogLines", () => {
  function read() {
    const [clock, stream] = [createFakeClock(), new PassThrough()];
    const lines: string[] = [];
    readLogLines(stream, { linesPerSecond: 5, clock }, (line) => lines.push(line));
    const write = async (text: string): Promise<void> => {
      stream.write(text);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { clock, lines, write, stream };
  }

  it("cuts long lines and carriage returns", async () => {
    const { lines, write } = read();
    await write(`one\r\n${"x".repeat(10_000)}\n`);
    expect(lines).toEqual(["one", "x".repeat(8_192)]);
  });

  it("drops what comes too fast, and says how much", async () => {
    const { clock, lines, write } = read();
    await write("a line\n".repeat(1_000));
    expect(lines).toHaveLength(5);
    await clock.advance(1_000);
    await write("later\n");
    expect(lines.slice(5)).toEqual(["(6965 bytes of output left out)", "later"]);
  });

  it("gives the last words of a process that forgot the line feed", async () => {
    const { lines, stream, write } = read();
    await write("panic");
    stream.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual(["panic"]);
  });
});
