/** Cuts a byte stream into lines. */
export interface LineSplitter {
  push(chunk: Buffer): void;
}

const LF = 0x0a;

/**
 * Makes a splitter. `onLine` gets each line without its line feed; a line beyond `maxLineBytes` is
 * told once to `onTooLong`, and nothing is read after it.
 */
export function createLineSplitter(
  options: { readonly maxLineBytes: number },
  sinks: { readonly onLine: (line: Buffer) => void; readonly onTooLong: () => void },
): LineSplitter {
  let parts: Buffer[] = [];
  let bytes = 0;
  let isBroken = false;

  function take(tail: Buffer): void {
    bytes += tail.length;
    if (bytes > options.maxLineBytes) {
      isBroken = true;
      parts = [];
      return sinks.onTooLong();
    }
    const line = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
    parts = [];
    bytes = 0;
    if (line.length > 0) sinks.onLine(line);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1 && !isBroken; end = chunk.indexOf(LF, start)) {
        take(chunk.subarray(start, end));
        start = end + 1;
      }
      if (isBroken || start === chunk.length) return;
      parts.push(chunk.subarray(start));
      bytes += chunk.length - start;
      if (bytes <= options.maxLineBytes) return;
      isBroken = true;
      parts = [];
      sinks.onTooLong();
    },
  };
}
