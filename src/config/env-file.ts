/** What an environment file sets, and the lines that could not be read (numbers only: values are secrets). */
export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  readonly badLines: readonly number[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;

/**
 * Reads `NAME=value` lines as dotenv files have them: `#` comments, `export`, single quotes
 * (literal) and double quotes (`\n`, `\t`, `\"`, `\\`). A quoted value may span lines. Nothing is expanded.
 */
export function parseEnvFile(text: string): EnvFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const variables: Record<string, string> = {};
  const badLines: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^\s*(#|$)/.test(line)) continue;
    const match = ASSIGNMENT.exec(line);
    const value = match === null ? undefined : readValue(match[2]!, lines, at);
    if (match === null || value === undefined) {
      badLines.push(at + 1);
      continue;
    }
    variables[match[1]!] = value.text;
    at = value.lastLine;
  }
  return { variables, badLines };
}

function readValue(
  raw: string,
  lines: readonly string[],
  start: number,
): { text: string; lastLine: number } | undefined {
  const quote = raw[0];
  if (quote !== '"' && quote !== "'") {
    return { text: raw.replace(/(^|\s)#.*$/, "").trim(), lastLine: start };
  }
  const closing = quote === '"' ? /^"((?:[^"\\]|\\[^])*)"\s*(#.*)?$/ : /^'([^']*)'\s*(#.*)?$/;
  let whole = raw;
  for (let at = start; at < lines.length; at++) {
    if (at > start) whole += `\n${lines[at]!}`;
    const match = closing.exec(whole);
    if (match !== null) {
      return { text: quote === '"' ? unescape(match[1]!) : match[1]!, lastLine: at };
    }
  }
  return undefined;
}

function unescape(text: string): string {
  const plain: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replaceAll(/\\([^])/g, (_, char: string) => plain[char] ?? char);
}
