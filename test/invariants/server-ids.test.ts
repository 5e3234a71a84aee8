import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isServerId } from "../../src/config/servers/server-id.ts";
import { addServerSchema } from "../../src/contract/index.ts";
import { parseServerId } from "../../src/core/catalog/index.ts";

/** Core, config and contract may not import each other, so each holds the rule. */
const RULES = [
  (id: string) => parseServerId(id) !== undefined,
  isServerId,
  (id: string) => addServerSchema.safeParse({ id }).success,
] as const;

function agree(id: string): boolean {
  const [first, ...others] = RULES.map((rule) => rule(id));
  expect([id, ...others]).toEqual([id, ...others.map(() => first)]);
  return first!;
}

describe("the rule for server ids", () => {
  it("is the same in core, config and contract", () => {
    const texts = fc.string({ unit: fc.constantFrom(..."aZ0_-. é\n".split("")), maxLength: 34 });
    fc.assert(fc.property(texts, (text) => void agree(text)));
    expect(["a", "a_b-C9", "x".repeat(32)].map(agree)).toEqual([true, true, true]);
    const wrong = ["", "a__b", "-a", "_a", "a b", "a\n", "é", "x".repeat(33)];
    expect(wrong.filter(agree)).toEqual([]);
  });
});
