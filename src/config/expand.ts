/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text with its references filled in, and what came out of the variables. */
export interface Expansion {
  readonly text: string;
  /** The values that were put in, empty ones left out; they may be secrets. */
  readonly values: readonly string[];
  /** What could not be filled in, in words that say how to mend it. */
  readonly problems: readonly string[];
}

/** Variables whose values are no secrets: hiding them would make logs unreadable. */
const PLAIN_VARIABLES = new Set(
  "HOME USER LOGNAME PATH PWD SHELL LANG TERM TMPDIR TEMP TMP HOSTNAME TZ USERPROFILE APPDATA".split(
    " ",
  ),
);

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills in `${NAME}`, `${env:NAME}` and `${NAME:-default}` (the default stands in for a variable
 * that is unset or empty, and ends at the first `}`); `$${` gives a plain `${`. What was filled in
 * is never looked at again. Other `${…}` are problems, since clients mean things by them that a
 * daemon cannot know.
 */
export function expandVariables(text: string, variables: Variables): Expansion {
  let out = "";
  const values: string[] = [];
  const problems: string[] = [];
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf("$", at);
    if (dollar === -1) return { text: out + text.slice(at), values, problems };
    out += text.slice(at, dollar);
    at = dollar + 1;
    if (text.startsWith("$${", dollar)) {
      out += "${";
      at = dollar + 3;
    } else if (text.startsWith("${", dollar)) {
      const close = text.indexOf("}", dollar);
      const filled = fillReference(close === -1 ? undefined : text.slice(at + 1, close), variables);
      out += filled.value;
      if (filled.problem !== undefined) problems.push(filled.problem);
      if (filled.secret && filled.value !== "") values.push(filled.value);
      at = close === -1 ? text.length : close + 1;
    } else {
      out += "$";
    }
  }
  return { text: out, values, problems };
}

/** Writes a text so that expanding gives it back unchanged. */
export function escapeVariables(text: string): string {
  return text.replaceAll("${", "$$${");
}

/** Whether expanding would change the text or complain about it. */
export function hasReferences(text: string): boolean {
  return text.includes("${");
}

interface Filled {
  readonly value: string;
  readonly secret: boolean;
  readonly problem?: string;
}

function failed(problem: string): Filled {
  return { value: "", secret: false, problem };
}

function fillReference(body: string | undefined, variables: Variables): Filled {
  if (body === undefined) {
    return failed('holds "${" without a closing "}". Write "$${" for a plain "${".');
  }
  const named = body.startsWith("env:") ? body.slice(4) : body;
  const split = named.indexOf(":-");
  const name = split === -1 ? named : named.slice(0, split);
  if (!NAME.test(name)) return failed(foreignReference(body));
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (split !== -1 && (value === undefined || value === "")) {
    return { value: named.slice(split + 2), secret: false };
  }
  if (value !== undefined) return { value, secret: !PLAIN_VARIABLES.has(name) };
  return failed(editorReference(body) ?? unsetVariable(name));
}

function foreignReference(body: string): string {
  const shown = body.length > 60 ? `${body.slice(0, 60)}…` : body;
  return (
    editorReference(body) ??
    `\${${shown}} is no reference: the forms are \${NAME}, \${NAME:-default} and \${env:NAME}. Write "$\${" for a plain "\${".`
  );
}

function unsetVariable(name: string): string {
  return `the environment variable ${name} is not set. Set it, or give a default: \${${name}:-…}.`;
}

/** How to mend what only editors can fill in; `undefined` for anything else. */
function editorReference(body: string): string | undefined {
  const shown = `\${${body.slice(0, 60)}}`;
  if (body.startsWith("input:")) {
    const variable = variableNameOf(body.slice("input:".length));
    return `${shown} asks the user in VS Code; a daemon cannot ask. Put an environment variable in its place, such as \${${variable}}.`;
  }
  if (body === "userHome") return `${shown} is known to editors only. Write \${HOME}.`;
  return /^(workspaceFolder|file|cwd$|\/$|pathSeparator)/.test(body)
    ? `${shown} is known to editors only. Write the path itself.`
    : undefined;
}

/** A variable name for what another client calls `name`: `github-token` becomes `GITHUB_TOKEN`. */
export function variableNameOf(name: string): string {
  const folded = name
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .toUpperCase();
  return /^[A-Z_]/.test(folded) ? folded : `INPUT_${folded}`;
}
