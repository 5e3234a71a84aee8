import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { principal } from "../../../test/support/fakes/principals.ts";
import {
  ANYONE,
  createToolWorld,
  REAL_TOOLS,
  type ToolWorld,
} from "../../../test/support/tool-world.ts";
import type { Principal } from "../access/index.ts";
import type { SearchRequest } from "./index.ts";

const { signal } = new AbortController();

describe("a query that is asked again", () => {
  let world: ToolWorld;
  beforeEach(async () => {
    world = await createToolWorld({ real: true });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** How often the index was searched for these requests. */
  async function searches(...asked: (SearchRequest & { as?: Principal })[]): Promise<number> {
    const count = (): number => world.metrics.count("discoveryDuration", { phase: "embed" });
    const before = count();
    for (const { as = ANYONE, ...request } of asked) {
      await world.discovery.search(request, as, signal);
    }
    return count() - before;
  }

  it("is answered as before without searching", async () => {
    const [first, second] = [await world.find("read a file"), await world.find("read a file")];
    expect(second).toEqual(first);
    expect(await searches({ query: "read a file" })).toBe(0);
    expect(world.metrics.sum("discoveryRequests", { mode: "hybrid", outcome: "found" })).toBe(3);
  });

  it("is another one with another limit, filter or mode, or when the scores are to be explained", async () => {
    const query = "read a file";
    const asked = [
      { query },
      { query, limit: 2 },
      { query, servers: ["filesystem"] },
      { query, mode: "dense" as const },
      { query, explain: true },
      { query, explain: true },
    ];
    expect(await searches(...asked)).toBe(6);
  });

  it("is searched for anew by who may see other tools, under whatever name", async () => {
    const query = "read a file";
    const narrow = principal("anyone", { rules: { deny: ["filesystem__*"] } });
    await world.find(query);
    expect(await world.find(query, { as: narrow })).not.toContain("filesystem__read_text_file");
    expect(await searches({ query, as: principal("other") })).toBe(1);
  });

  it("is searched for anew once the catalogue has changed", async () => {
    const query = "read a file";
    await world.find(query);
    await world.serve("late", { read_any_file: "Read a file, any file." });
    expect(await world.find(query)).toContain("late__read_any_file");
    await world.serve("filesystem", REAL_TOOLS.filesystem!, { deny: ["read_*"] });
    expect(await world.find(query)).not.toContain("filesystem__read_text_file");
  });
});
