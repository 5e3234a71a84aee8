/** Secrets that are shorter are left: they would stand in ordinary words. */
const MIN_SECRET_LENGTH = 6;
const CENSOR = "[redacted]";

/** Removes known secret values from lines of text, wherever they stand. */
export interface SecretScrubber {
  /** Adds secrets; shorter than 6 characters are left alone. */
  add(secrets: readonly string[]): void;
  /** The line with every known secret replaced by `[redacted]`. */
  scrub(line: string): string;
}

/**
 * Makes a scrubber for JSON lines that knows `secrets`, also as they look inside JSON, JSON in JSON,
 * and URLs. Lines stay JSON.
 */
export function createSecretScrubber(secrets: readonly string[]): SecretScrubber {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;

  function add(added: readonly string[]): void {
    for (const secret of added) {
      if (secret.length < MIN_SECRET_LENGTH) continue;
      for (const form of formsOf(secret)) forms.add(form);
    }
    // Longest first, so that a secret that begins another does not leave the rest of it.
    const alternatives = [...forms].toSorted((a, b) => b.length - a.length).map(escapePattern);
    pattern = alternatives.length === 0 ? undefined : new RegExp(alternatives.join("|"), "g");
  }

  add(secrets);
  return {
    add,
    scrub(line) {
      if (pattern === undefined) return line;
      const scrubbed = line.replace(pattern, CENSOR);
      return scrubbed === line || isJson(scrubbed) ? scrubbed : asText(scrubbed);
    },
  };
}

/** A secret of digits can stand in a number, which is no place for words: the line becomes a message. */
function asText(line: string): string {
  return `${JSON.stringify({ level: "warn", msg: line.trimEnd() })}\n`;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inJsonText = JSON.stringify(inJson).slice(1, -1);
  return [secret, inJson, inJsonText, ...inUrl(secret)];
}

function inUrl(secret: string): string[] {
  try {
    return [encodeURIComponent(secret)];
  } catch {
    // A lone surrogate cannot stand in a URL.
    return [];
  }
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
