import { ExpressionError } from "../../expressions/index.ts";
import type { Place, ProblemList } from "./problems.ts";
import { compileReference, type Reference } from "./reference.ts";

/** Compiles the expressions of one plan, equal ones once. */
export interface ReferenceCache {
  /** Tells the plan's problems of what is wrong with it; `undefined` when it cannot be read at all. */
  compile(text: string, place: Place): Reference | undefined;
}

/** References read in one plan, and different ones among them. */
const MAX_REFERENCES = 500_000;
const MAX_EXPRESSIONS = 100_000;
const MAX_SHOWN = 200;

export function createReferenceCache(problems: ProblemList): ReferenceCache {
  const known = new Map<string, Reference | ExpressionError>();
  let count = 0;
  let isFull = false;

  function compileOnce(text: string): Reference | ExpressionError {
    const before = known.get(text);
    if (before !== undefined) return before;
    const compiled = tryCompile(text);
    known.set(text, compiled);
    return compiled;
  }

  function tellFull(place: Place): undefined {
    if (isFull) return undefined;
    isFull = true;
    const limits = `${MAX_REFERENCES} references, ${MAX_EXPRESSIONS} different ones`;
    problems.error("too-many-references", place, `a plan may hold at most ${limits}`);
  }

  return {
    compile(text, place) {
      count += 1;
      if (count > MAX_REFERENCES || known.size >= MAX_EXPRESSIONS) return tellFull(place);
      const compiled = compileOnce(text);
      const shown = `\${${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}}`;
      if (compiled instanceof ExpressionError) {
        const message = bracesHint(text) ?? compiled.message;
        problems.error("invalid-expression", place, `${shown}: ${message}`);
        return undefined;
      }
      for (const { code, message, wanted } of compiled.faults) {
        const hint = wanted === undefined ? "" : problems.hint(wanted.name, wanted.names);
        problems.error(code, place, `${shown}: ${message}${hint}`);
      }
      return compiled;
    },
  };
}

/** Other languages put two pairs of braces around a reference. */
function bracesHint(text: string): string | undefined {
  const inner = /^\{+([^{}]+)\}+$/.exec(text)?.[1]?.trim();
  if (inner === undefined || tryCompile(inner) instanceof ExpressionError) return undefined;
  return `write \${${inner}} with one pair of braces`;
}

function tryCompile(text: string): Reference | ExpressionError {
  try {
    return compileReference(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}
