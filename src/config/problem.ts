/** A way into the configuration: keys and list positions from the top. */
export type ConfigPath = readonly (string | number)[];

/** One thing wrong (or odd) in the configuration, in words that say how to mend it; never a secret. */
export interface ConfigProblem {
  /** The file it stands in; absent for the environment, flags and entries that came over the API. */
  readonly file?: string;
  /** Counted from 1; given together, and only with `file`. */
  readonly line?: number;
  readonly column?: number;
  /** Dotted, for example `gateway.port` or `mcpServers.files.args[0]`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Writes a path as people do: dots between names, brackets around positions and odd names. */
export function formatConfigPath(path: ConfigPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[\w$-]+$/.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/** A problem as one line: `switchboard.yaml:3:9 gateway.port: must be …`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(":");
  return [place, problem.path === "" ? "" : `${problem.path}:`, problem.message]
    .filter((part) => part !== "")
    .join(" ");
}

/** By file, then by place; problems without a place come last, in their order. */
export function sortProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted(
    (a, b) =>
      (a.file ?? "").localeCompare(b.file ?? "") ||
      (a.line ?? Infinity) - (b.line ?? Infinity) ||
      (a.column ?? Infinity) - (b.column ?? Infinity) ||
      0,
  );
}
