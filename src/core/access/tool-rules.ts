import { createGlobMatcher, type TextMatcher } from "../../kernel/glob.ts";
import type { ToolRules } from "./principal.ts";

/** Remembered answers per set of rules; more and the memory starts afresh. */
const MAX_REMEMBERED = 50_000;

/**
 * Answers whether rules allow a tool id, and remembers the answer for as long as the rules object
 * lives. Cost after the first time: two look-ups.
 */
export function createRuleCheck(): (rules: ToolRules, toolId: string) => boolean {
  const known = new WeakMap<ToolRules, TextMatcher>();
  return (rules, toolId) => {
    if (rules.allow.length === 0 && rules.deny.length === 0) return true;
    let check = known.get(rules);
    if (check === undefined) {
      check = remembering(compile(rules));
      known.set(rules, check);
    }
    return check(toolId);
  };
}

function compile({ allow, deny }: ToolRules): TextMatcher {
  const isAllowed = allow.length === 0 ? () => true : createGlobMatcher(allow);
  const isDenied = createGlobMatcher(deny);
  return (toolId) => isAllowed(toolId) && !isDenied(toolId);
}

function remembering(matcher: TextMatcher): TextMatcher {
  const answers = new Map<string, boolean>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    const answer = matcher(text);
    answers.set(text, answer);
    return answer;
  };
}
