import type { RawJson } from "../../../kernel/raw-json.ts";
import type { JsonValue } from "../../../kernel/json.ts";
import { splitArguments } from "./split-arguments.ts";
import { textFacts, type TextFacts } from "./text-facts.ts";

/** Larger arguments are documents. */
export const MAX_ARGUMENT_BYTES = 32_768;

/** A call's arguments in a form in which they can be compared with those of other calls. */
export interface ComparableCall {
  /**
   * Equal wherever two calls can be near at all, and never for two partitions, structures, or
   * arguments that are no texts.
   */
  readonly bucket: string;
  /** For each text argument what it says. */
  readonly texts: readonly TextFacts[];
}

/**
 * Reads arguments; `undefined` where they hold nothing that could be compared by meaning.
 * `inWords`: only texts of the same words may be near, so that the words can part the buckets; else
 * what is exact in the texts does.
 */
export function comparableCall(
  partition: string,
  args: RawJson,
  { inWords }: { readonly inWords: boolean },
): ComparableCall | undefined {
  if (args.bytes.byteLength > MAX_ARGUMENT_BYTES) return undefined;
  const split = splitArguments(parsed(args));
  if (split === undefined) return undefined;
  const texts: TextFacts[] = [];
  for (const text of split.texts) {
    const facts = textFacts(text);
    if (facts === undefined) return undefined;
    texts.push(facts);
  }
  const parting = texts.map(({ words, exact }) => (inWords ? words : exact));
  // As a JSON array, since then no part can run over into the next.
  return { bucket: JSON.stringify([partition, split.shape, ...parting]), texts };
}

function parsed(args: RawJson): JsonValue {
  try {
    return args.value();
  } catch {
    return null;
  }
}
