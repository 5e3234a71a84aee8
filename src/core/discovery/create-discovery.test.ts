import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { principal } from "../../../test/support/fakes/principals.ts";
import {
  ANYONE,
  createToolWorld,
  REAL_TOOLS,
  type ToolWorld,
} from "../../../test/support/tool-world.ts";
import type { GatewayError } from "../../kernel/errors.ts";
import type { SearchAnswer, SearchRequest } from "./index.ts";

const { signal } = new AbortController();

let world: ToolWorld;
beforeEach(async () => {
  world = await createToolWorld({ real: true });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

function search(request: SearchRequest): Promise<SearchAnswer> {
  return world.discovery.search(request, ANYONE, signal);
}

async function refusal(request: SearchRequest, as = ANYONE): Promise<GatewayError> {
  return world.discovery.search(request, as, signal).then(
    () => expect.fail("the search was not refused"),
    (error: unknown) => error as GatewayError,
  );
}

describe("searching for tools", () => {
  it.each([
    ["who works at a company", "users__search_users"],
    ["read a file", "filesystem__read_text_file"],
    ["rename a directory", "filesystem__move_file"],
    ["add up two numbers: the sum of 3 and 4", "everything__get-sum"],
    ["remove someone's user account, delete it", "users__delete_user"],
    ["what does the knowledge graph hold? read it", "memory__read_graph"],
    ["delte user", "users__delete_user"],
    ["long-running operations", "everything__trigger-long-running-operation"],
  ])("finds for %j first %s", async (query, expected) => {
    expect((await world.find(query))[0]).toBe(expected);
    expect((await world.find(query, { mode: "lexical" }))[0]).toBe(expected);
  });

  it("answers 5 hits, or as many as the limit says, best first", async () => {
    expect(await world.find("search files and users")).toHaveLength(5);
    const { hits } = await search({ query: "search files and users", limit: 9 });
    expect(hits).toHaveLength(9);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
  });

  it("says which mode was used, and explains each hit when asked", async () => {
    const query = "search users";
    const parts = async (mode: "hybrid" | "dense" | "lexical") => {
      const answer = await search({ query, mode, explain: true });
      expect(answer.mode).toBe(mode);
      const [first] = answer.hits;
      const sum = Object.values(first?.explain ?? {}).reduce((total, part) => total + part, 0);
      expect(sum).toBeCloseTo(first?.score ?? -1, 5);
      return Object.keys(first?.explain ?? {});
    };
    expect(await parts("hybrid")).toEqual(["coverage", "cosine", "dense"]);
    expect(await parts("lexical")).toEqual(["coverage", "cosine"]);
    expect(await parts("dense")).toEqual(["dense"]);
    expect((await search({ query })).hits[0]).not.toHaveProperty("explain");
    expect((await search({ query })).mode).toBe("hybrid");
  });

  it("abstains when nothing fits, and still shows the near-misses", async () => {
    expect(await search({ query: "order a pizza" })).toMatchObject({ abstained: true });
    const near = await search({ query: "book a table, pay and remember to search my coat there" });
    expect(near.abstained).toBe(true);
    expect(near.hits.length).toBeGreaterThan(0);
    expect(await search({ query: "and so on" })).toMatchObject({ abstained: true, hits: [] });
    expect(await search({ query: "search users" })).toMatchObject({ abstained: false });
  });

  it("breaks ties by tool id, whatever came first", async () => {
    await world.serve("x", { "twin-ping-2": "Checks a host.", "twin-ping-1": "Checks a host." });
    const ids = await world.find("twin ping", { servers: ["x"] });
    expect(ids).toEqual(["x__twin-ping-1", "x__twin-ping-2"]);
  });

  it("measures itself", async () => {
    await search({ query: "search users" });
    await search({ query: "order a pizza", mode: "lexical" });
    await refusal({ query: "" });
    const { metrics } = world;
    expect(metrics.count("discoveryRequests", { mode: "hybrid", outcome: "found" })).toBe(1);
    expect(metrics.count("discoveryRequests", { mode: "lexical", outcome: "abstained" })).toBe(1);
    expect(metrics.count("discoveryRequests", { mode: "hybrid", outcome: "failed" })).toBe(1);
    expect(metrics.count("discoveryTopScore")).toBe(2);
    for (const phase of ["embed", "dense", "lexical", "fuse", "total"]) {
      expect(metrics.count("discoveryDuration", { phase })).toBeGreaterThan(0);
    }
    expect(metrics.count("indexRebuildDuration")).toBeGreaterThan(0);
    expect(metrics.count("indexTools")).toBeGreaterThan(0);
  });

  it("ends with the signal", async () => {
    const gone = AbortSignal.abort(new Error("the client has gone"));
    const asked = world.discovery.search({ query: "search users" }, ANYONE, gone);
    await expect(asked).rejects.toThrow("the client has gone");
  });
});

describe("narrowing a search", () => {
  beforeEach(async () => {
    await world.serve("files-2", REAL_TOOLS["filesystem"] ?? {}, { tags: ["disk", "slow"] });
    await world.serve("notes", { search_notes: "Search notes." }, { tags: ["slow"] });
  });

  it("to servers, to tags, or to both", async () => {
    const servers = async (more: Omit<SearchRequest, "query">) =>
      new Set((await world.find("search files and notes", more)).map((id) => id.split("__")[0]));
    expect(await servers({ servers: ["notes", "filesystem"] })).toEqual(
      new Set(["notes", "filesystem"]),
    );
    expect(await servers({ tags: ["disk"] })).toEqual(new Set(["files-2"]));
    expect(await servers({ tags: ["slow"] })).toEqual(new Set(["files-2", "notes"]));
    expect(await servers({ tags: ["slow"], servers: ["notes"] })).toEqual(new Set(["notes"]));
    expect(await servers({ servers: [], tags: [] })).toEqual(await servers({}));
  });

  it("follows tags as they change", async () => {
    expect(await world.find("notes", { tags: ["slow"] })).toContain("notes__search_notes");
    await world.serve("notes", { search_notes: "Search notes." }, { tags: ["quick"] });
    expect(await world.find("notes", { tags: ["slow"] })).not.toContain("notes__search_notes");
    expect(await world.find("notes", { tags: ["quick"] })).toContain("notes__search_notes");
  });

  it("is refused for names that nothing has, with the nearest that the principal may know of", async () => {
    const error = await refusal({ query: "x", servers: ["filesytem", "notes"], tags: ["disc"] });
    expect(error.code).toBe("invalid-request");
    expect(error.data).toEqual({
      violations: [
        {
          path: "/servers/0",
          message: 'no server is named "filesytem"; did you mean filesystem?',
        },
        { path: "/tags/0", message: 'no tag is named "disc"; did you mean disk?' },
      ],
    });
    const guest = principal("guest", { role: "agent", rules: { allow: ["notes__*"] } });
    const hidden = await refusal({ query: "x", servers: ["filesystem"], tags: ["disk"] }, guest);
    expect(hidden.message).toContain('no server is named "filesystem"');
    expect(hidden.message).not.toContain("did you mean filesystem");
    expect(hidden.message).toContain('no tag is named "disk"');
  });

  it("to what the principal may use, always", async () => {
    const guest = principal("guest", { role: "agent", rules: { deny: ["*__search_*"] } });
    const ids = await world.find("search users and files", { as: guest, limit: 100 });
    expect(ids.length).toBeGreaterThan(5);
    expect(ids.filter((id) => id.includes("__search_"))).toEqual([]);
    expect(await world.find("search users")).toContain("users__search_users");
  });
});

describe("checking a search", () => {
  it("names all that is wrong at once, with what was received", async () => {
    const error = await refusal({
      query: " \n",
      limit: 0,
      mode: "fuzzy" as "hybrid",
      servers: Array.from({ length: 101 }, () => "users"),
    });
    expect(error.code).toBe("invalid-request");
    expect(error.data).toEqual({
      violations: [
        { path: "/query", message: "must say in words what is needed, got an empty text" },
        { path: "/limit", message: "must be a whole number from 1 to 100, got 0" },
        { path: "/servers", message: "must name at most 100 servers, got 101" },
        { path: "/mode", message: 'must be one of hybrid, dense, lexical, got "fuzzy"' },
      ],
    });
  });

  it.each([
    [{ query: "x".repeat(8_193) }, "/query must be at most 8192 characters, got 8193"],
    [{ query: "x", limit: 101 }, "/limit must be a whole number from 1 to 100, got 101"],
    [{ query: "x", limit: 1.5 }, "/limit must be a whole number from 1 to 100, got 1.5"],
    [{ query: "x", limit: Number.NaN }, "/limit must be a whole number from 1 to 100, got NaN"],
  ])("refuses what is out of bounds", async (request, message) => {
    expect((await refusal(request)).message).toContain(message);
  });

  it("takes the longest query there may be", async () => {
    const query = "search for users or whatever else there is ".repeat(200).slice(0, 8_192);
    expect((await search({ query })).hits[0]?.tool.id).toBe("users__search_users");
  });
});
