import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  record,
  uniqueArray,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { principal } from "../../../test/support/fakes/principals.ts";
import { createToolWorld, type ToolWorld } from "../../../test/support/tool-world.ts";
import type { Principal } from "../access/index.ts";
import type { Tool } from "../catalog/index.ts";
import { SlotTable } from "./slot-table.ts";
import { Visibility } from "./visibility.ts";

const WORDS = ["search", "delete", "users", "files", "weather", "report"];
const { signal } = new AbortController();

/** The names of a world of 60 tools with overlapping words, on four servers. */
async function crowdedWorld(): Promise<ToolWorld> {
  const world = await createToolWorld();
  for (const [at, server] of ["alpha", "beta", "gamma", "delta"].entries()) {
    const tools = Object.fromEntries(
      Array.from({ length: 15 }, (_, number) => {
        const words = WORDS.filter((_word, bit) => ((number + 1) >> bit) & 1);
        return [`t${number}`, `${words.join(" ")} ${WORDS[(number * 7 + at) % WORDS.length]}`];
      }),
    );
    await world.serve(server, tools, { tags: at % 2 === 0 ? ["even"] : ["odd"] });
  }
  return world;
}

describe("the visibility filter", () => {
  it("stands before the ranking: masked hits are the unmasked ones that are allowed", async () => {
    await using world = await crowdedWorld();
    const everyone = principal("everyone");
    const rules = record({
      allow: uniqueArray(constantFrom("alpha__*", "*__t?", "*__t1*", "gamma__t3"), {
        maxLength: 2,
      }),
      deny: uniqueArray(constantFrom("beta__*", "*__t2", "*5"), { maxLength: 2 }),
    });
    const filter = record(
      {
        servers: uniqueArray(constantFrom("alpha", "beta", "gamma"), { minLength: 1 }),
        tags: uniqueArray(constantFrom("even", "odd"), { minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    const query = array(constantFrom(...WORDS), { minLength: 1, maxLength: 3 });
    const mode = constantFrom("hybrid" as const, "lexical" as const, "dense" as const);
    await assert(
      asyncProperty(rules, filter, query, mode, integer({ min: 1, max: 20 }), async (...drawn) => {
        const [allowed, narrowed, words, wanted, limit] = drawn;
        const guest: Principal = principal("guest", { role: "agent", rules: allowed });
        const isVisible = ({ id, server }: Tool): boolean =>
          allows(allowed, id) &&
          (narrowed.servers?.includes(server as "alpha") ?? true) &&
          (narrowed.tags?.includes(tagOf(server)) ?? true);
        const request = { query: words.join(" "), mode: wanted };
        const ids = async (who: Principal, more: object): Promise<Tool[]> => {
          const answer = await world.discovery.search({ ...request, ...more }, who, signal);
          return answer.hits.map(({ tool }) => tool);
        };
        const hasVisible = world.catalog.tools().some((tool) => allows(allowed, tool.id));
        if (!hasVisible) return;
        const visibleServers = new Set(
          world.catalog.tools().flatMap((tool) => (allows(allowed, tool.id) ? [tool.server] : [])),
        );
        const isNamed = [...(narrowed.servers ?? [])].every((id) =>
          visibleServers.has(id as never),
        );
        const isTagged = [...(narrowed.tags ?? [])].every((tag) =>
          [...visibleServers].some((id) => tagOf(id) === tag),
        );
        if (!isNamed || !isTagged) return;
        const masked = await ids(guest, { ...narrowed, limit });
        const all = await ids(everyone, { limit: 100 });
        expect(masked).toEqual(all.filter(isVisible).slice(0, limit));
      }),
      { numRuns: 150 },
    );
  });

  it("keeps a mask until the catalogue changes, one for each principal and filter", async () => {
    await using world = await crowdedWorld();
    const slots = new SlotTable();
    for (const tool of world.catalog.tools()) slots.put(tool);
    const checked: string[] = [];
    const visibility = new Visibility(
      { maxMasks: 2 },
      {
        slots,
        catalog: world.catalog,
        access: { canUse: ({ id }, tool) => checked.push(id) > 0 && tool.name !== "t0" },
      },
    );
    const [a, b] = [principal("a"), principal("b")];
    const mask = visibility.mask(a);
    expect(mask.visible).toBe(56);
    expect(visibility.mask(a)).toBe(mask);
    expect(visibility.bytes(mask)).toBe(mask.bytes);
    expect(checked).toHaveLength(60);
    visibility.mask(a, { servers: ["alpha"] });
    expect(checked).toHaveLength(60);
    visibility.mask(b);
    expect(checked).toHaveLength(120);
    visibility.mask(a);
    expect(checked).toHaveLength(180);
    slots.retire("alpha__t1");
    expect(visibility.mask(a).visible).toBe(55);
    expect(checked).toHaveLength(239);
  });

  it("masks nothing where all can be seen, unless a removed tool might still be found", async () => {
    await using world = await crowdedWorld();
    const slots = new SlotTable();
    for (const tool of world.catalog.tools()) slots.put(tool);
    const deps = { slots, catalog: world.catalog, access: { canUse: () => true } };
    const visibility = new Visibility({ maxMasks: 10 }, deps);
    const who = principal("a");
    expect(visibility.bytes(visibility.mask(who))).toBeUndefined();
    const slot = slots.retire("alpha__t1") ?? -1;
    expect(visibility.bytes(visibility.mask(who))?.[slot]).toBe(0);
    slots.reclaim(slot);
    expect(visibility.bytes(visibility.mask(who))).toBeUndefined();
    expect(slots.put(world.catalog.tools()[0]!)).not.toBe(slot);
  });
});

function tagOf(server: string): "even" | "odd" {
  return server === "alpha" || server === "gamma" ? "even" : "odd";
}

function allows(rules: { allow: readonly string[]; deny: readonly string[] }, id: string): boolean {
  const matches = (globs: readonly string[]): boolean =>
    globs.some((glob) =>
      new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(id),
    );
  return (rules.allow.length === 0 || matches(rules.allow)) && !matches(rules.deny);
}
