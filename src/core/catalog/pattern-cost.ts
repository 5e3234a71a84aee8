import { overlaps, type CharSet } from "./char-set.ts";
import { parsePattern, type PatternNode } from "./pattern-syntax.ts";

/**
 * How long a backtracking engine may take over a pattern: about `length ** degree` steps on a text
 * that does not match, or exponentially many (`hostile`). `unreadable` patterns were not understood.
 */
export type PatternCost =
  | { readonly kind: "polynomial"; readonly degree: number }
  | { readonly kind: "hostile" }
  | { readonly kind: "unreadable" };

/** Longest pattern that is judged, in characters; longer ones count as hostile. */
export const MAX_PATTERN_LENGTH = 512;

/** From so many repetitions on, a bounded repetition is treated like an unbounded one. */
const LOOP_FROM = 10;

/** Comparisons of character sets before a pattern counts as hostile for being so intricate. */
const MAX_STEPS = 20_000;

/**
 * Judges a pattern without running it, on its position automaton (Glushkov 1961). Inside a loop, a
 * position from which one character leads to two others can be left in ever more ways with every
 * round: that covers nested quantifiers, `(a+)+`, and overlapping alternatives, `(a|ab)*`. Loops that
 * are free of that add a degree each, and so does a start that is not anchored. The judgement errs
 * on the side of caution: a pattern called hostile may be harmless, hardly the other way round.
 */
export function patternCost(pattern: string): PatternCost {
  if (pattern.length > MAX_PATTERN_LENGTH) return { kind: "hostile" };
  const node = parsePattern(pattern);
  if (node === undefined) return { kind: "unreadable" };
  const automaton: Automaton = { sets: [], follow: [], steps: 0, hostile: false };
  const { degree } = visit(automaton, node);
  if (automaton.hostile) return { kind: "hostile" };
  return { kind: "polynomial", degree: degree + (degree > 0 && !isAnchored(node) ? 1 : 0) };
}

interface Automaton {
  /** What each position reads. */
  readonly sets: CharSet[];
  /** The positions that may come next after each; twice where there are two ways. */
  readonly follow: number[][];
  steps: number;
  hostile: boolean;
}

interface Fragment {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly degree: number;
}

const NOTHING: Fragment = { nullable: true, first: [], last: [], degree: 0 };

function visit(automaton: Automaton, node: PatternNode): Fragment {
  switch (node.kind) {
    case "char": {
      const position = automaton.sets.push(node.set) - 1;
      automaton.follow.push([]);
      return { nullable: false, first: [position], last: [position], degree: 0 };
    }
    case "sequence":
      return visitSequence(automaton, node.items);
    case "choice":
      return visitChoice(automaton, node.options);
    case "repeat":
      return visitRepeat(automaton, node);
    case "look":
      return { ...NOTHING, degree: visit(automaton, node.item).degree };
    case "backreference":
      automaton.hostile = true;
      return NOTHING;
    default:
      return NOTHING;
  }
}

function visitSequence(automaton: Automaton, items: readonly PatternNode[]): Fragment {
  let whole = NOTHING;
  for (const item of items) {
    const next = visit(automaton, item);
    connect(automaton, whole.last, next.first);
    whole = {
      nullable: whole.nullable && next.nullable,
      first: whole.nullable ? [...whole.first, ...next.first] : whole.first,
      last: next.nullable ? [...whole.last, ...next.last] : next.last,
      degree: whole.degree + next.degree,
    };
  }
  return whole;
}

function visitChoice(automaton: Automaton, options: readonly PatternNode[]): Fragment {
  const parts = options.map((option) => visit(automaton, option));
  return {
    nullable: parts.some((part) => part.nullable),
    first: parts.flatMap((part) => part.first),
    last: parts.flatMap((part) => part.last),
    degree: Math.max(...parts.map((part) => part.degree)),
  };
}

function visitRepeat(
  automaton: Automaton,
  node: Extract<PatternNode, { kind: "repeat" }>,
): Fragment {
  const from = automaton.sets.length;
  const item = visit(automaton, node.item);
  const nullable = item.nullable || node.min === 0;
  if (node.max <= 1) return { ...item, nullable };
  connect(automaton, item.last, item.first);
  if (node.max < LOOP_FROM) return { ...item, nullable, degree: item.degree * node.max };
  if (isAmbiguous(automaton, from)) automaton.hostile = true;
  const isFixed = node.min === node.max && item.degree === 0;
  return { ...item, nullable, degree: isFixed ? 0 : Math.max(1, item.degree) };
}

function connect(automaton: Automaton, from: readonly number[], to: readonly number[]): void {
  if (automaton.hostile) return;
  automaton.steps += from.length * to.length;
  if (automaton.steps > MAX_STEPS) automaton.hostile = true;
  else for (const position of from) automaton.follow[position]!.push(...to);
}

/** Whether some position of the loop that began at `from` leads to two overlapping ones of the loop. */
function isAmbiguous(automaton: Automaton, from: number): boolean {
  for (const next of automaton.follow.slice(from)) {
    const inside = next.filter((position) => position >= from);
    automaton.steps += (inside.length * inside.length) / 2;
    if (automaton.steps > MAX_STEPS || hasOverlap(automaton, inside)) return true;
  }
  return false;
}

function hasOverlap(automaton: Automaton, positions: readonly number[]): boolean {
  return positions.some((position, index) =>
    positions
      .slice(index + 1)
      .some((other) => overlaps(automaton.sets[position]!, automaton.sets[other]!)),
  );
}

function isAnchored(node: PatternNode): boolean {
  if (node.kind === "start") return true;
  if (node.kind === "choice") return node.options.every(isAnchored);
  return node.kind === "sequence" && node.items[0] !== undefined && isAnchored(node.items[0]);
}
